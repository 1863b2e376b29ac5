"""What Prometheus is told of an experiment and of the inference log."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from app.metrics.fast_counters import FastCounters, FastHistograms

VARIANTS = ("champion", "challenger")
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class ExperimentMetrics:
    """Metrics by variant; its values are `champion` and `challenger`, whatever the releases are called.

    Args:
        registry: where the metrics are kept.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = FastCounters(
            "manchete_variant_recommendations",
            "Answers given, by who gave them.",
            ("variant", "segment"),
            registry,
        ).labels
        by = ("variant",)
        self._seconds = FastHistograms(
            "manchete_variant_seconds", "Time in the engine.", by, _SECONDS, registry
        ).labels
        self._reads = FastCounters(
            "manchete_variant_reads", "Reads that named an impression.", by, registry
        ).labels
        self._loads = Counter(
            "manchete_challenger_loads", "Challengers loaded or refused.", ("outcome",), registry=registry
        )
        self._share = Gauge(
            "manchete_challenger_share", "Share of readers whom a challenger answers now.", registry=registry
        )
        self._info = Gauge(
            "manchete_challenger_info", "1 for the challenger that answers.", ("release",), registry=registry
        )
        self._logged = Counter("manchete_inferences_logged", "Impressions written.", registry=registry)
        self._dropped = Counter("manchete_inferences_dropped", "Impressions lost.", registry=registry)
        for variant in VARIANTS:
            self._seconds(variant), self._reads(variant)
        for outcome in ("loaded", "refused"):
            self._loads.labels(outcome)
        self.share = 0.0

    def answered(self, variant: str, segment: str, seconds: float) -> None:
        """Count one answer and the engine's time."""
        self._answers(variant, segment).inc()
        self._seconds(variant).observe(seconds)

    def read(self, variant: str) -> None:
        """Count a read that named the impression from which it came."""
        self._reads(variant).inc()

    def joined(self, release: str) -> None:
        """Note the challenger that answers from now on."""
        self._loads.labels("loaded").inc()
        self._info.clear()
        self._info.labels(release).set(1)
        self._share.set(self.share)

    def left(self) -> None:
        """Note that no challenger answers."""
        self._info.clear()
        self._share.set(0)

    def refused(self) -> None:
        """Count a challenger that could not be used."""
        self._loads.labels("refused").inc()

    def logged(self, count: int) -> None:
        """Count impressions that are in the inference log."""
        self._logged.inc(count)

    def dropped(self, count: int) -> None:
        """Count impressions that will never be."""
        self._dropped.inc(count)
