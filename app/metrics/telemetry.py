"""The service's Prometheus metrics; no label takes its value from a request."""

from __future__ import annotations

import time
from collections import Counter as Multiset
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from app.metrics.catalogue_coverage import CatalogueCoverage, CoverageCollector
from app.metrics.experiments import ENGINE_SECONDS, ExperimentMetrics
from app.metrics.fast_counters import FastCounters
from app.metrics.http import HttpMetrics
from app.metrics.predictions import PredictionMetrics
from script_shared.releases.manifest import Manifest

_MAX_EVALUATION_SERIES = 1_000
_BY_MODEL = ("segment", "model")


class Telemetry:
    """All metrics of one application, in a registry of its own.

    Args:
        fast_counters: whether the busiest metrics are counted in plain numbers between collections.

    Attributes:
        registry: registry of all metrics.
        http: metrics of HTTP requests.
        experiment: metrics of an experiment and of the inference log.
        predictions: metrics of classifiers and of the log of predictions.
        skipped_events: counts events of unknown items or users, which the state does not apply.
        rejected_events: counts logged events that could not be applied.
        fold_seconds: time to apply a batch of events to the state.
        lag_events: number of logged events that are still to be applied.
    """

    def __init__(self, *, fast_counters: bool = True) -> None:
        self.registry = registry = CollectorRegistry()
        counters = FastCounters(registry, enabled=fast_counters)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.http = HttpMetrics(registry, counters)
        self._add_recommendations(counters)
        self._add_releases()
        self._add_events()
        self.experiment = ExperimentMetrics(registry, counters)
        self.predictions = PredictionMetrics(registry)

    def _add_recommendations(self, counters: FastCounters) -> None:
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, buckets=ENGINE_SECONDS, registry=self.registry)
        lists = counter("manchete_recommendations", "Recommendation lists.", _BY_MODEL)
        items = counter("manchete_recommended_items", "Items in these lists.", _BY_MODEL)
        fallbacks = counter(
            "manchete_fallback_items", "Items that the segment's own model did not give.", _BY_MODEL
        )
        seconds = histogram("manchete_recommendation_seconds", "Time in the engine.", _BY_MODEL)
        self._lists, self._items = counters.children(lists), counters.children(items)
        self._fallbacks, self._seconds = counters.children(fallbacks), counters.children(seconds)
        self._coverage = CoverageCollector(self.registry)

    def _add_releases(self) -> None:
        counter = partial(Counter, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        self._loads = counter("manchete_release_loads", "Releases loaded or refused.", ("outcome",))
        self._release = gauge("manchete_release_info", "1 for the release that is served.", ("release",))
        self._created = gauge("manchete_release_created_timestamp_seconds", "When it was written.")
        self._age = gauge("manchete_release_age_seconds", "Time since it was written.")
        self._as_of = gauge("manchete_release_as_of_timestamp_seconds", "The moment its state describes.")
        self._bots = gauge(
            "manchete_release_suspected_bots", "Users left out of its counts and training as suspected bots."
        )
        self._evaluation = gauge(
            "manchete_evaluation_metric", "Offline metrics of the release.", (*_BY_MODEL, "metric")
        )
        for outcome in ("loaded", "refused"):
            self._loads.labels(outcome)

    def _add_events(self) -> None:
        counter = partial(Counter, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        histogram = partial(Histogram, buckets=ENGINE_SECONDS, registry=self.registry)
        self._events = counter("manchete_events", "Events received.", ("status",))
        self._item_changes = counter("manchete_items", "New and changed items received.", ("status",))
        self.skipped_events = counter("manchete_events_skipped", "Events of unknown items or users.")
        self.rejected_events = counter("manchete_events_rejected", "Logged events that could not be applied.")
        self.fold_seconds = histogram(
            "manchete_event_fold_seconds", "Time to apply a batch of events to the state."
        )
        self.lag_events = gauge("manchete_event_log_lag_events", "Events of the log still to be applied.")
        lag_seconds = gauge("manchete_event_log_lag_seconds", "Time since the log was read to its end.")
        self._caught_up = time.monotonic()
        lag_seconds.set_function(lambda: time.monotonic() - self._caught_up)
        for status in ("accepted", "late", "unknown-item", "duplicate", "future", "malformed"):
            self._events.labels(status)
        for status in ("new", "changed", "no-room", "future", "malformed"):
            self._item_changes.labels(status)

    def count_recommendation(
        self, segment: str, model: str, items: int, fallback_items: int, seconds: float
    ) -> None:
        """Count one list, its items, those of a fallback, and the engine's time in seconds."""
        self._lists(segment, model).inc()
        self._items(segment, model).inc(items)
        self._fallbacks(segment, model).inc(fallback_items)
        self._seconds(segment, model).observe(seconds)

    def count_events(self, statuses: Iterable[str]) -> None:
        """Count received events by status."""
        for status, count in Multiset(statuses).items():
            self._events.labels(status).inc(count)

    def count_items(self, statuses: Iterable[str]) -> None:
        """Count received new and changed items by status."""
        for status, count in Multiset(statuses).items():
            self._item_changes.labels(status).inc(count)

    def mark_caught_up(self) -> None:
        """Record that the log has been read to its end now."""
        self.lag_events.set(0)
        self._caught_up = time.monotonic()

    def count_rejected_release(self) -> None:
        """Count a release that could not be used."""
        self._loads.labels("refused").inc()

    def describe_release(
        self, manifest: Manifest, records: Iterable[Mapping[str, Any]], coverage: CatalogueCoverage
    ) -> None:
        """Describe the release that is served from now on.

        Args:
            manifest: manifest of the release.
            records: its evaluation, one record per segment and model.
            coverage: coverage of its catalogue.
        """
        created = manifest.created_at.timestamp()
        self._loads.labels("loaded").inc()
        self._release.clear()
        self._release.labels(manifest.release_id).set(1)
        self._created.set(created)
        self._age.set_function(lambda: max(time.time() - created, 0.0))
        self._as_of.set(manifest.as_of_ms / 1000)
        self._bots.set(manifest.suspected_bots)
        self._coverage.coverage = coverage
        self._evaluation.clear()
        for labels, value in _evaluation_series(records)[:_MAX_EVALUATION_SERIES]:
            self._evaluation.labels(*labels).set(value)


def _evaluation_series(records: Iterable[Mapping[str, Any]]) -> list[tuple[tuple[str, str, str], float]]:
    """Return every number of the records, except the bounds of intervals."""
    return [
        ((str(record.get("segment", "")), str(record.get("model", "")), name), float(value))
        for record in records
        for name, value in record.items()
        if isinstance(value, int | float) and not name.endswith(("_low", "_high"))
    ]
