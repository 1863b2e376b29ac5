"""Counters for the busiest code: plain numbers, added to Prometheus's metrics when these are collected.

They have no locks: all of them count, and are collected, on the event loop's thread.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, Metric, Summary
from prometheus_client.registry import Collector

Child = Counter | Histogram | Summary


class FastCounter:
    """Counts for a child of a Prometheus counter."""

    __slots__ = ("_child", "_value")

    def __init__(self, child: Counter) -> None:
        self._child, self._value = child, 0.0

    def inc(self, amount: float = 1.0) -> None:
        """Add an amount."""
        self._value += amount

    def flush(self) -> None:
        """Add the value to Prometheus's counter and start at 0 again."""
        self._child.inc(self._value)
        self._value = 0.0


# Prometheus's client has no public way to add more than one observation: it counts in these attributes.


class FastSummary:
    """Counts for a child of a Prometheus summary."""

    __slots__ = ("_child", "_count", "_sum")

    def __init__(self, child: Summary) -> None:
        self._child, self._count, self._sum = child, 0, 0.0

    def observe(self, amount: float) -> None:
        """Count an observation."""
        self._count += 1
        self._sum += amount

    def flush(self) -> None:
        """Add the observations to Prometheus's summary and start at 0 again."""
        self._child._count.inc(self._count)
        self._child._sum.inc(self._sum)
        self._count, self._sum = 0, 0.0


class FastHistogram:
    """Counts for a child of a Prometheus histogram."""

    __slots__ = ("_bounds", "_child", "_counts", "_sum")

    def __init__(self, child: Histogram) -> None:
        self._child, self._bounds = child, child._upper_bounds
        self._counts, self._sum = [0] * len(self._bounds), 0.0

    def observe(self, amount: float) -> None:
        """Count an observation."""
        self._counts[bisect_left(self._bounds, amount)] += 1
        self._sum += amount

    def flush(self) -> None:
        """Add the observations to Prometheus's histogram and start at 0 again."""
        for bucket, count in zip(self._child._buckets, self._counts, strict=True):
            bucket.inc(count)
        self._child._sum.inc(self._sum)
        self._counts, self._sum = [0] * len(self._bounds), 0.0


_KINDS: dict[type, Any] = {Counter: FastCounter, Histogram: FastHistogram, Summary: FastSummary}


class FastCounters(Collector):
    """Makes fast counters of Prometheus metrics, and flushes them when Prometheus collects.

    Args:
        registry: registry of the metrics; it collects in the order of registration, so create this first.
        enabled: False counts in Prometheus's metrics directly.
    """

    def __init__(self, registry: CollectorRegistry, *, enabled: bool) -> None:
        self._enabled = enabled
        self._counters: list[FastCounter | FastSummary | FastHistogram] = []
        registry.register(self)

    def children(self, metric: Child) -> Callable[..., Any]:
        """Return a function from label values to the counter that counts for this child of a metric."""
        return cache(lambda *values: self.counter(metric.labels(*values)))

    def counter(self, child: Child) -> Any:
        """Return the counter that counts for a child of a metric, or for a metric without labels."""
        if not self._enabled:
            return child
        counter = _KINDS[type(child)](child)
        self._counters.append(counter)
        return counter

    def collect(self) -> Iterable[Metric]:
        """Flush all counters; the metrics themselves give the values."""
        for counter in self._counters:
            counter.flush()
        return ()
