"""Prometheus metrics of classifiers and of the log of their predictions."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram

#: Upper bounds of the buckets of scores.
_SCORES = tuple(bound / 20 for bound in range(1, 21))


class PredictionMetrics:
    """Counts predictions and what became of their log.

    Args:
        registry: registry of the metrics.

    Attributes:
        logged: counts predictions that were written to the log.
        dropped: counts predictions that the log has lost.
        failures: counts failed attempts to write the log.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._predictions = Counter(
            "manchete_predictions",
            "Predictions of classifiers.",
            ("classifier", "decision"),
            registry=registry,
        )
        self._scores = Histogram(
            "manchete_prediction_score",
            "Probabilities that classifiers returned.",
            ("classifier",),
            buckets=_SCORES,
            registry=registry,
        )
        self.logged = Counter("manchete_predictions_logged", "Predictions written.", registry=registry)
        self.dropped = Counter("manchete_predictions_dropped", "Predictions lost.", registry=registry)
        self.failures = Counter(
            "manchete_prediction_log_failures", "Failed writes of the log of predictions.", registry=registry
        )

    def count(self, classifier: str, score: float, *, decision: bool) -> None:
        """Count one prediction."""
        self._predictions.labels(classifier, "approved" if decision else "not_approved").inc()
        self._scores.labels(classifier).observe(score)
