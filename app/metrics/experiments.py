"""Metrics of an experiment and of the inference log."""

from __future__ import annotations

from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.metrics.fast_counters import FastCounters

VARIANTS = ("champion", "challenger")
ENGINE_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class ExperimentMetrics:
    """Metrics by variant; the label is `champion` or `challenger`, never a release.

    Args:
        registry: registry of the metrics.
        fast_counters: count recommendations and interactions.

    Attributes:
        challenger_share: share of the users that a loaded challenger answers.
        logged_impressions: counts impressions written to the inference log.
        dropped_impressions: counts impressions that are lost.
    """

    def __init__(self, registry: CollectorRegistry, fast_counters: FastCounters) -> None:
        counter = partial(Counter, registry=registry)
        gauge = partial(Gauge, registry=registry)
        histogram = partial(Histogram, buckets=ENGINE_SECONDS, registry=registry)
        recommendations = counter(
            "manchete_variant_recommendations", "Recommendation lists by variant.", ("variant", "segment")
        )
        seconds = histogram("manchete_variant_seconds", "Time in the engine.", ("variant",))
        interactions = counter(
            "manchete_variant_interactions", "Interactions that name an impression.", ("variant",)
        )
        self._recommendations = fast_counters.children(recommendations)
        self._seconds = fast_counters.children(seconds)
        self._interactions = fast_counters.children(interactions)
        self._loads = counter("manchete_challenger_loads", "Challengers loaded or refused.", ("outcome",))
        self._share = gauge("manchete_challenger_share", "Share of users whom a challenger answers now.")
        self._info = gauge("manchete_challenger_info", "1 for the challenger that answers.", ("release",))
        self.logged_impressions = counter("manchete_inferences_logged", "Impressions written.")
        self.dropped_impressions = counter("manchete_inferences_dropped", "Impressions lost.")
        # Series that start at 0 let Prometheus see the first increase.
        for variant in VARIANTS:
            self._seconds(variant), self._interactions(variant)
        for outcome in ("loaded", "refused"):
            self._loads.labels(outcome)
        self.challenger_share = 0.0

    def count_recommendation(self, variant: str, segment: str, seconds: float) -> None:
        """Count one recommendation list and the engine's time in seconds."""
        self._recommendations(variant, segment).inc()
        self._seconds(variant).observe(seconds)

    def count_interaction(self, variant: str) -> None:
        """Count an interaction that names the impression it follows from."""
        self._interactions(variant).inc()

    def set_challenger(self, release: str) -> None:
        """Set the challenger that answers from now on."""
        self._loads.labels("loaded").inc()
        self._info.clear()
        self._info.labels(release).set(1)
        self._share.set(self.challenger_share)

    def clear_challenger(self) -> None:
        """Record that no challenger answers."""
        self._info.clear()
        self._share.set(0)

    def count_rejected_challenger(self) -> None:
        """Count a challenger that could not be used."""
        self._loads.labels("refused").inc()
