"""The quality of predicted probabilities whose outcomes are known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.classification.measures import check_rows, pr_auc, roc_auc
from script_shared.evaluation.classification.reliability import brier_score, calibration_error, log_loss


def measure_outcomes(probabilities: npt.ArrayLike, outcomes: npt.ArrayLike) -> dict[str, Any]:
    """Return the measures of probabilities as JSON values; null where one cannot be computed.

    Args:
        probabilities: shape (n,).
        outcomes: shape (n,), true for positives.

    Raises:
        ValueError: the arrays differ in length, or a probability is NaN.
    """
    values, positive = check_rows(probabilities, outcomes)
    counts = {"rows": len(values), "positives": int(positive.sum())}
    if not len(values):
        return counts
    measures = {
        "rate": float(positive.mean()),
        "mean_score": float(np.mean(values)),
        "roc_auc": roc_auc(values, positive),
        "pr_auc": pr_auc(values, positive),
        "brier": brier_score(values, positive),
        "log_loss": log_loss(values, positive),
        "calibration_error": calibration_error(values, positive),
    }
    return counts | {name: None if math.isnan(value) else value for name, value in measures.items()}
