"""What Prometheus is told; every label takes its values from the release, never from a request."""

from __future__ import annotations

import time
from collections import Counter as FastCounters
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.metrics.catalogue_coverage import CatalogueCoverage
from app.metrics.experiments import ExperimentMetrics
from app.metrics.fast_counters import FastCounters as Tallies
from app.metrics.fast_counters import FastHistograms
from script_shared.releases.manifest import Manifest

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_MAX_METRIC_SERIES = 1_000


class Telemetry:
    """The service's own metrics, in a registry of their own.

    Attributes:
        trial: those of an experiment and of the inference log.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        by_model = ("segment", "model")
        words = "Answers given.", "Items in these answers.", "Items that the model did not give."
        names = "manchete_recommendations", "manchete_recommended_items", "manchete_fallback_items"
        self._answers, self._items, self._fallbacks = (
            Tallies(name, told, by_model, registry).labels for name, told in zip(names, words, strict=True)
        )
        self._seconds = FastHistograms(
            "manchete_recommendation_seconds", "Time in the engine.", by_model, _SECONDS, registry
        ).labels
        self._loads = Counter(
            "manchete_release_loads", "Releases loaded or refused.", ("outcome",), registry=registry
        )
        self._release = Gauge(
            "manchete_release_info", "1 for the release that is served.", ("release",), registry=registry
        )
        self._created = Gauge(
            "manchete_release_created_timestamp_seconds", "When it was written.", registry=registry
        )
        self._age = Gauge("manchete_release_age_seconds", "Time since it was written.", registry=registry)
        self._as_of = Gauge(
            "manchete_release_as_of_timestamp_seconds", "What its state describes.", registry=registry
        )
        self._bots = Gauge(
            "manchete_release_suspected_bots",
            "Readers left out of its counts and training as suspected bots.",
            registry=registry,
        )
        self._metrics = Gauge(
            "manchete_evaluation_metric", "Offline, by segment.", (*by_model, "metric"), registry=registry
        )
        self._coverage = _Served(registry)
        for outcome in ("loaded", "refused"):
            self._loads.labels(outcome)
        self._follow_events(registry)
        self.trial = ExperimentMetrics(registry)

    def _follow_events(self, registry: CollectorRegistry) -> None:
        self._events = Counter("manchete_events", "Events received.", ("status",), registry=registry)
        self._told = Counter("manchete_items", "New and changed items.", ("status",), registry=registry)
        self._left_out = Counter(
            "manchete_events_left_out", "Events of unknown items or readers.", registry=registry
        )
        self._rejected = Counter(
            "manchete_events_rejected", "Logged events that could not be applied.", registry=registry
        )
        self._fold = Histogram(
            "manchete_event_fold_seconds",
            "Time to fold a portion of events in.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._behind = Gauge(
            "manchete_event_log_lag_events", "Events still to be folded in.", registry=registry
        )
        lag = Gauge(
            "manchete_event_log_lag_seconds", "Time since the log was read to its end.", registry=registry
        )
        self._caught_up = time.monotonic()
        lag.set_function(lambda: time.monotonic() - self._caught_up)
        for status in ("accepted", "late", "unknown-item", "duplicate", "future", "malformed"):
            self._events.labels(status)
        for status in ("new", "changed", "no-room", "future", "malformed"):
            self._told.labels(status)

    def received(self, statuses: Iterable[str]) -> None:
        """Count events by what became of them."""
        for status, count in FastCounters(statuses).items():
            self._events.labels(status).inc(count)

    def told(self, statuses: Iterable[str]) -> None:
        """Count new and changed items by what became of them."""
        for status, count in FastCounters(statuses).items():
            self._told.labels(status).inc(count)

    def folded(self, seconds: float) -> None:
        """Note how long it took to fold a portion of events into the state."""
        self._fold.observe(seconds)

    def left_out(self, count: int) -> None:
        """Count events that could not be folded in."""
        self._left_out.inc(count)

    def rejected(self, count: int) -> None:
        """Count logged events that could not be applied."""
        self._rejected.inc(count)

    def behind(self, count: int) -> None:
        """Note how many events of the log are still to come."""
        self._behind.set(count)

    def caught_up(self) -> None:
        """Note that the log has been read to its end."""
        self._behind.set(0)
        self._caught_up = time.monotonic()

    def answered(self, segment: str, model: str, items: int, fallback: int, seconds: float) -> None:
        """Count one answer: its items, how many of them came from a fallback, and the engine's time."""
        self._answers(segment, model).inc()
        self._items(segment, model).inc(items)
        self._fallbacks(segment, model).inc(fallback)
        self._seconds(segment, model).observe(seconds)

    def refused(self) -> None:
        """Count a release that could not be used."""
        self._loads.labels("refused").inc()

    def loaded(
        self, manifest: Manifest, records: Iterable[Mapping[str, Any]], coverage: CatalogueCoverage
    ) -> None:
        """Describe the release that is served from now on.

        Args:
            manifest: of the release.
            records: its evaluation, a record a segment and model.
            coverage: what of its catalogue is being served.
        """
        created = manifest.created_at.timestamp()
        self._loads.labels("loaded").inc()
        self._release.clear()
        self._release.labels(manifest.release_id).set(1)
        self._created.set(created)
        self._age.set_function(lambda: max(time.time() - created, 0.0))
        self._as_of.set(manifest.as_of_ms / 1000)
        self._bots.set(manifest.suspected_bots)
        self._coverage.now = coverage
        self._metrics.clear()
        for labels, value in _series(records)[:_MAX_METRIC_SERIES]:
            self._metrics.labels(*labels).set(value)


class _Served(Collector):
    """Counts what has been shown when Prometheus asks, not with every answer."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.now: CatalogueCoverage | None = None
        registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the size of the catalogue, and how much of it has been recommended."""
        if self.now is None:
            return
        yield GaugeMetricFamily("manchete_catalogue_items", "Items of the release.", self.now.items)
        shown = GaugeMetricFamily(
            "manchete_distinct_items", "Different items recommended since then.", labels=("segment", "model")
        )
        for labels, count in self.now.distinct().items():
            shown.add_metric(labels, count)
        yield shown


def _series(records: Iterable[Mapping[str, Any]]) -> list[tuple[tuple[str, str, str], float]]:
    """Return every number of the records but the ends of intervals."""
    return [
        ((str(record.get("segment", "")), str(record.get("model", "")), name), float(value))
        for record in records
        for name, value in record.items()
        if isinstance(value, int | float) and not name.endswith(("_low", "_high"))
    ]
