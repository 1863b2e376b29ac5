"""Measures of a classifier on decided rows, and its comparison with others on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from script_shared.evaluation.classification.measures import pr_auc, roc_auc
from script_shared.evaluation.classification.reliability import (
    MARGIN,
    brier_score,
    calibration_error,
    log_loss,
)
from script_shared.evaluation.classification.within_groups import roc_auc_within
from script_shared.evaluation.intervals import bootstrap_statistic, interval
from script_shared.types import BoolArray, FloatArray, LongArray

#: The classifier that would serve, the champion's configuration, and the earlier share of positives.
SERVED, CHAMPION_REFITTED, BASE_RATE = "served", "champion_refitted", "base_rate"
#: Rounds of the bootstrap.
_ROUNDS = 500


def measure_classifier(probabilities: FloatArray, labels: BoolArray, groups: LongArray) -> dict[str, Any]:
    """Return the measures of a classifier; None where one is not defined.

    Args:
        probabilities: shape (n,), not empty.
        labels: shape (n,).
        groups: shape (n,).
    """
    within = roc_auc_within(probabilities, labels, groups)
    measures = {
        "roc_auc": roc_auc(probabilities, labels),
        "pr_auc": pr_auc(probabilities, labels),
        "roc_auc_within": float(within.mean()) if len(within) else np.nan,
        "brier": brier_score(probabilities, labels),
        "calibration_error": calibration_error(probabilities, labels),
        "log_loss": log_loss(probabilities, labels),
    }
    counts = {"rows": len(labels), "positives": int(labels.sum()), "groups": len(np.unique(groups))}
    return counts | {name: value if np.isfinite(value) else None for name, value in measures.items()}


def compare_log_loss(
    probabilities: Mapping[str, FloatArray], labels: BoolArray, groups: LongArray
) -> dict[str, tuple[float, float, float]]:
    """Return how much lower the log loss of `SERVED` is than that of each other classifier.

    Args:
        probabilities: by classifier, each of shape (n,).
        labels: shape (n,).
        groups: shape (n,); the bootstrap resamples groups.

    Returns:
        By the other classifier: the difference in nats and the ends of its 95 % interval.
    """
    losses = {name: _row_losses(values, labels) for name, values in probabilities.items()}
    others = [name for name in losses if name != SERVED]
    gains = np.stack([losses[name] - losses[SERVED] for name in others])
    draws = bootstrap_statistic(lambda weights: gains @ weights / weights.sum(), groups, _ROUNDS)
    low, high = interval(draws)
    means = gains.mean(axis=1).tolist()
    return dict(zip(others, zip(means, low.tolist(), high.tolist(), strict=True), strict=True))


def _row_losses(probabilities: FloatArray, labels: BoolArray) -> FloatArray:
    clipped = np.clip(probabilities, MARGIN, 1 - MARGIN)
    return -np.log(np.where(labels, clipped, 1 - clipped))
