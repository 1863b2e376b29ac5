"""Catalogue coverage: how many different items have been recommended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector


class CatalogueCoverage:
    """Items recommended since the release was loaded, by segment and model.

    One byte per item, segment and model: adding the ten items of a list takes about a microsecond.

    Args:
        items: number of items in the release's catalogue.
        capacity: number of items that the catalogue can grow to while it is served.
    """

    def __init__(self, items: int, capacity: int) -> None:
        self.items, self._capacity = items, capacity
        self._recommended: dict[tuple[str, str], bytearray] = {}

    def add(self, segment: str, model: str, positions: Iterable[int]) -> None:
        """Add the items of one list, by their positions in the catalogue."""
        recommended = self._recommended.get((segment, model))
        if recommended is None:
            recommended = self._recommended[segment, model] = bytearray(self._capacity)
        for position in positions:
            recommended[position] = 1

    def distinct_items(self) -> Mapping[tuple[str, str], int]:
        """Return the number of different items by segment and model."""
        return {labels: items.count(1) for labels, items in list(self._recommended.items())}


class CoverageCollector(Collector):
    """Counts distinct items when Prometheus collects, not with every list.

    Args:
        registry: registry of the metrics.

    Attributes:
        coverage: coverage of the release that is served; None before the first one.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.coverage: CatalogueCoverage | None = None
        registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the size of the catalogue and the number of its items that have been recommended."""
        if self.coverage is None:
            return
        yield GaugeMetricFamily("manchete_catalogue_items", "Items of the release.", self.coverage.items)
        family = GaugeMetricFamily(
            "manchete_distinct_items",
            "Different items recommended since the release was loaded.",
            labels=("segment", "model"),
        )
        for labels, count in self.coverage.distinct_items().items():
            family.add_metric(labels, count)
        yield family
