"""The lowest score at which a promised precision holds by its lower confidence limit.

A point estimate breaks its promise: of all thresholds the one is chosen whose precision on the validation
fold is high, which is partly chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.classification.measures import CumulativeCounts, count_cumulatively
from script_shared.evaluation.proportions import clopper_pearson_lower
from script_shared.types import FloatArray


@dataclass(frozen=True, slots=True)
class PrecisionThreshold:
    """A threshold and what it approves on the validation fold.

    Attributes:
        threshold: rows with at least this score are approved; infinity approves no row.
        approved: number of approved rows.
        precision: share of positives among them, NaN without an approved row.
        lower_limit: the lower confidence limit of the precision, NaN without an approved row.
        recall: share of the positives that are approved, NaN without a positive.
        reason: why this threshold, in a sentence.
    """

    threshold: float
    approved: int
    precision: float
    lower_limit: float
    recall: float
    reason: str


def find_precision_threshold(
    scores: npt.ArrayLike, labels: npt.ArrayLike, min_precision: float, confidence: float = 0.95
) -> PrecisionThreshold:
    """Return the lowest score whose lower limit of precision is at least `min_precision`.

    The limit is the exact one-sided one of Clopper & Pearson. Where precision rises with the score, the true
    precision at the threshold is below `min_precision` with about the probability 1 − `confidence`. Scores
    without information do not have this guarantee, because every score is tried: if the precision is .49
    whatever the score, a quarter of the folds give a threshold for .50; if it is .45, one in thirteen.

    Args:
        scores: shape (n,).
        labels: shape (n,), true for positives.
        min_precision: the promised precision, between 0 and 1.
        confidence: of the lower limit.

    Raises:
        ValueError: the arrays differ in length, or a score is NaN.
    """
    counts = count_cumulatively(scores, labels)
    limits = clopper_pearson_lower(counts.positives, counts.rows, confidence)
    reached = np.flatnonzero(limits >= min_precision)
    if not len(reached):
        reason = _explain_failure(counts, limits, min_precision, confidence)
        total = float(counts.positives[-1]) if len(counts.rows) else 0.0
        return PrecisionThreshold(math.inf, 0, math.nan, math.nan, 0.0 if total else math.nan, reason)
    lowest = int(reached[-1])
    positives, approved = float(counts.positives[lowest]), int(counts.rows[lowest])
    return PrecisionThreshold(
        threshold=float(counts.thresholds[lowest]),
        approved=approved,
        precision=positives / approved,
        lower_limit=float(limits[lowest]),
        recall=positives / float(counts.positives[-1]),
        reason=(
            f"{positives:.0f} of {approved} approved rows are positive: with {confidence:.0%} confidence "
            f"the precision is at least {limits[lowest]:.3f}, {min_precision:g} is promised"
        ),
    )


def _explain_failure(
    counts: CumulativeCounts, limits: FloatArray, min_precision: float, confidence: float
) -> str:
    if not len(limits):
        return "no row is approved: the validation fold is empty"
    best = int(np.argmax(limits))
    positives, rows = counts.positives[best], counts.rows[best]
    return (
        f"no row is approved: no score has a precision of {min_precision:g} with {confidence:.0%} "
        f"confidence; the best has {positives:.0f} positives in {rows:.0f} rows, at least {limits[best]:.3f}"
    )
