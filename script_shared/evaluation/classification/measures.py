"""Measures of binary classifiers; rows may have weights, and equal scores are one threshold."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from script_shared.types import BoolArray, FloatArray


class CumulativeCounts(NamedTuple):
    """What each distinct score approves as a threshold; arrays of shape (distinct scores,).

    Attributes:
        thresholds: the distinct scores, the highest first.
        positives: weight of the positive rows with at least this score.
        rows: weight of all rows with at least this score.
    """

    thresholds: FloatArray
    positives: FloatArray
    rows: FloatArray

    @property
    def has_both_classes(self) -> bool:
        """Whether there are positive and negative rows."""
        return bool(len(self.rows) and 0 < self.positives[-1] < self.rows[-1])


def count_cumulatively(
    scores: npt.ArrayLike, labels: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> CumulativeCounts:
    """Count the rows that each distinct score approves.

    Args:
        scores: shape (n,).
        labels: shape (n,), true for positives.
        weights: shape (n,), at least 0; 1 each by default.

    Raises:
        ValueError: the arrays differ in length, or a score is NaN.
    """
    values, positive = check_rows(scores, labels)
    weight = np.ones(len(values)) if weights is None else np.asarray(weights, np.float64)
    order = np.argsort(-values, kind="stable")
    values, weight = values[order], weight[order]
    last = np.flatnonzero(np.append(values[1:] != values[:-1], True)) if len(values) else np.empty(0, int)
    return CumulativeCounts(values[last], np.cumsum(weight * positive[order])[last], np.cumsum(weight)[last])


def check_rows(scores: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[FloatArray, BoolArray]:
    """Return scores and labels as arrays of shape (n,).

    Raises:
        ValueError: the arrays differ in length, or a score is NaN.
    """
    values, positive = np.asarray(scores, np.float64), np.asarray(labels).astype(np.bool_)
    if values.ndim != 1 or values.shape != positive.shape:
        raise ValueError(f"scores {values.shape} and labels {positive.shape} are not one a row")
    if np.isnan(values).any():
        raise ValueError("a score is NaN")
    return values, positive


def roc_auc(scores: npt.ArrayLike, labels: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the probability that a positive row scores higher than a negative one; a tie counts half.

    This is the area under the ROC curve (Hanley & McNeil, Radiology 1982). The arguments are those of
    `count_cumulatively`; with one class only the result is NaN.
    """
    counts = count_cumulatively(scores, labels, weights)
    if not counts.has_both_classes:
        return math.nan
    positives, negatives = counts.positives, counts.rows - counts.positives
    area = np.trapezoid(np.append(0.0, positives), np.append(0.0, negatives))
    return float(area / positives[-1] / negatives[-1])


def pr_auc(scores: npt.ArrayLike, labels: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the average precision: the precision at each threshold, weighted by the gain in recall.

    It does not interpolate, which would be optimistic (Davis & Goadrich, ICML 2006). The arguments are those
    of `count_cumulatively`; without a positive row the result is NaN.
    """
    counts = count_cumulatively(scores, labels, weights)
    if not len(counts.rows) or counts.positives[-1] == 0:
        return math.nan
    counted = counts.rows > 0
    precision = counts.positives[counted] / counts.rows[counted]
    gains = np.diff(counts.positives[counted], prepend=0.0) / counts.positives[-1]
    return float(precision @ gains)


class ThresholdMetrics(NamedTuple):
    """The confusion matrix at a threshold and what follows from it; NaN where a denominator is 0."""

    threshold: float
    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    precision: float
    recall: float
    f1: float
    accuracy: float


def measure_at_threshold(scores: npt.ArrayLike, labels: npt.ArrayLike, threshold: float) -> ThresholdMetrics:
    """Approve the rows that score at least `threshold`, and compare with their labels.

    Raises:
        ValueError: the arrays differ in length, or a score is NaN.
    """
    values, positive = check_rows(scores, labels)
    approved = values >= threshold
    hits, misses = int((approved & positive).sum()), int((~approved & positive).sum())
    false_alarms = int(approved.sum()) - hits
    rejected = len(values) - hits - misses - false_alarms
    return ThresholdMetrics(
        threshold=threshold,
        true_positives=hits,
        false_positives=false_alarms,
        false_negatives=misses,
        true_negatives=rejected,
        precision=_divide(hits, hits + false_alarms),
        recall=_divide(hits, hits + misses),
        f1=_divide(2 * hits, 2 * hits + false_alarms + misses),
        accuracy=_divide(hits + rejected, len(values)),
    )


def _divide(numerator: int, denominator: int) -> float:
    return numerator / denominator if denominator else math.nan
