"""Counters and histograms of the busiest places: plain numbers, told when Prometheus asks.

All of them are counted on the event loop's thread, so that they need no lock; an answer touches a dozen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector


class FastCounter:
    """A number that grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0.0

    def inc(self, amount: float = 1.0) -> None:
        """Add to it."""
        self.value += amount


class FastHistogram:
    """How often something took how long; a bucket for each bound and one beyond."""

    __slots__ = ("_bounds", "buckets", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds, self.buckets, self.total = bounds, [0] * (len(bounds) + 1), 0.0

    def observe(self, seconds: float) -> None:
        """Note one."""
        self.buckets[bisect_left(self._bounds, seconds)] += 1
        self.total += seconds


class FastCounters(Collector):
    """Counters of one name.

    Args:
        name, words, labels: as Prometheus is told.
        registry: where it looks for them.
    """

    def __init__(self, name: str, words: str, labels: Sequence[str], registry: CollectorRegistry) -> None:
        self._name, self._words, self._labels = name, words, labels
        self._all: dict[tuple[str, ...], FastCounter] = {}
        self.labels = cache(self._make)
        registry.register(self)

    def _make(self, *values: str) -> FastCounter:
        return self._all.setdefault(values, FastCounter())

    def describe(self) -> Iterator[CounterMetricFamily]:
        """Name it."""
        yield CounterMetricFamily(self._name, self._words, labels=self._labels)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Give all."""
        family = CounterMetricFamily(self._name, self._words, labels=self._labels)
        for values, count in list(self._all.items()):
            family.add_metric(values, count.value)
        yield family


class FastHistograms(Collector):
    """Histograms of one name.

    Args:
        name, words, labels: as Prometheus is told.
        bounds: of the buckets, seconds, ascending.
        registry: where it looks for them.
    """

    def __init__(
        self,
        name: str,
        words: str,
        labels: Sequence[str],
        bounds: Sequence[float],
        registry: CollectorRegistry,
    ) -> None:
        self._name, self._words, self._labels, self._bounds = name, words, labels, bounds
        self._ends = [*map(str, map(float, bounds)), "+Inf"]
        self._all: dict[tuple[str, ...], FastHistogram] = {}
        self.labels = cache(self._make)
        registry.register(self)

    def _make(self, *values: str) -> FastHistogram:
        return self._all.setdefault(values, FastHistogram(self._bounds))

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """Name it."""
        yield HistogramMetricFamily(self._name, self._words, labels=self._labels)

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """Give all."""
        family = HistogramMetricFamily(self._name, self._words, labels=self._labels)
        for values, times in list(self._all.items()):
            buckets = list(zip(self._ends, accumulate(times.buckets), strict=True))
            family.add_metric(values, buckets, times.total)
        yield family
