"""Operating modes: how the threshold of a decision is chosen on a validation fold.

- `prec80`: the lowest probability whose precision is at least the promised one, by its lower confidence limit
- `f1`: the probability with the highest F1
- `0.5`: one half, whatever the fold says
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.classification.measures import count_cumulatively
from script_shared.evaluation.classification.precision_threshold import find_precision_threshold

OperatingMode = Literal["prec80", "f1", "0.5"]
OPERATING_MODES: tuple[OperatingMode, ...] = get_args(OperatingMode)
#: The precision that `prec80` promises.
MIN_PRECISION = 0.8


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold and why it was chosen.

    Attributes:
        mode: the operating mode.
        threshold: the lowest probability that is approved; infinity approves no row.
        reason: in a sentence.
    """

    mode: OperatingMode
    threshold: float
    reason: str

    def document(self) -> dict[str, Any]:
        """Return the point as JSON values; the threshold is None where no row is approved."""
        threshold = self.threshold if math.isfinite(self.threshold) else None
        return {"mode": self.mode, "threshold": threshold, "reason": self.reason}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> OperatingPoint:
        """Restore a point from a document that contains the result of `document`."""
        threshold = math.inf if document["threshold"] is None else document["threshold"]
        return cls(document["mode"], threshold, document["reason"])


def choose_threshold(
    mode: OperatingMode,
    probabilities: npt.ArrayLike,
    labels: npt.ArrayLike,
    min_precision: float = MIN_PRECISION,
) -> OperatingPoint:
    """Choose the threshold of a mode on a validation fold.

    Args:
        mode: the operating mode.
        probabilities: shape (n,).
        labels: shape (n,), true for positives.
        min_precision: what `prec80` promises.

    Raises:
        ValueError: the arrays differ in length, or a probability is NaN.
    """
    if mode == "0.5":
        return OperatingPoint(mode, 0.5, "one half, independent of the validation fold")
    if mode == "prec80":
        found = find_precision_threshold(probabilities, labels, min_precision)
        return OperatingPoint(mode, found.threshold, found.reason)
    counts = count_cumulatively(probabilities, labels)
    if not len(counts.rows) or not counts.positives[-1]:
        return OperatingPoint(mode, math.inf, "no row is approved: the validation fold has no positive row")
    f1 = 2 * counts.positives / (counts.rows + counts.positives[-1])
    best = int(np.argmax(f1))
    reason = (
        f"the highest F1 of the validation fold, {f1[best]:.3f}, with {counts.rows[best]:.0f} approved rows"
    )
    return OperatingPoint(mode, float(counts.thresholds[best]), reason)
