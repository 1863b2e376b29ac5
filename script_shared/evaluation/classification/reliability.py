"""How well probabilities agree with outcomes: log loss, Brier score, calibration error, reliability curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.classification.measures import check_rows
from script_shared.evaluation.proportions import wilson_interval
from script_shared.types import FloatArray, IntArray

BINS = 15
#: Probabilities are moved this far from 0 and 1 before a logarithm is taken.
MARGIN = 1e-6


class ReliabilityCurve(NamedTuple):
    """Probabilities and outcomes in bins of about equal numbers of rows; arrays of shape (bins,).

    Attributes:
        rows: number of rows.
        probabilities: mean of the probabilities.
        rates: share of positives.
        low, high: 95 % Wilson interval of the rate.
    """

    rows: IntArray
    probabilities: FloatArray
    rates: FloatArray
    low: FloatArray
    high: FloatArray


def log_loss(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the mean negative log-likelihood in nats; probabilities are kept `MARGIN` away from 0 and 1.

    Args:
        probabilities: shape (n,), not empty.
        labels: shape (n,), true for positives.

    Raises:
        ValueError: the arrays differ in length, or a probability is NaN.
    """
    values, positive = check_rows(probabilities, labels)
    clipped = np.clip(values, MARGIN, 1 - MARGIN)
    return float(-np.mean(np.log(np.where(positive, clipped, 1 - clipped))))


def brier_score(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Return the mean squared difference of probability and outcome (Brier, 1950).

    The arguments are those of `log_loss`.
    """
    values, positive = check_rows(probabilities, labels)
    return float(np.mean((values - positive) ** 2))


def reliability_curve(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, bins: int = BINS
) -> ReliabilityCurve:
    """Compare probabilities with the share of positives in bins between quantiles.

    Equal probabilities are in one bin, so that the result does not depend on the order of the rows; if there
    are many of them, there are fewer bins.

    Args:
        probabilities: shape (n,), not empty.
        labels: shape (n,), true for positives.
        bins: the maximum number of bins.

    Raises:
        ValueError: the arrays differ in length, or a probability is NaN.
    """
    values, positive = check_rows(probabilities, labels)
    edges = np.quantile(values, np.arange(1, bins) / bins, method="inverted_cdf")
    _, place = np.unique(np.searchsorted(edges, values), return_inverse=True)
    rows = np.bincount(place)
    hits = np.bincount(place, positive)
    low, high = wilson_interval(hits, rows)
    return ReliabilityCurve(rows, np.bincount(place, values) / rows, hits / rows, low, high)


def calibration_error(probabilities: npt.ArrayLike, labels: npt.ArrayLike, bins: int = BINS) -> float:
    """Return the expected calibration error: the mean distance of probability and rate, weighted by rows.

    After Naeini et al. (AAAI 2015), with bins of equal mass (Nixon et al., CVPR workshops 2019). It is biased
    upwards by chance: a perfect forecast of n rows at a rate p scores about .8·√(p·(1 − p)·bins / n). The
    arguments are those of `reliability_curve`.
    """
    curve = reliability_curve(probabilities, labels, bins)
    return float(np.average(np.abs(curve.probabilities - curve.rates), weights=curve.rows))
