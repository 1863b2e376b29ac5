"""Conditional logit: the probability that a user chooses an item from a list (McFadden, 1974).

The probability that query q chooses item i from the list C(q) is exp(w·x_qi) / Σ_j∈C(q) exp(w·x_qj).
The log-likelihood is concave in w; with a ridge penalty on standardised features L-BFGS finds its optimum.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray


def fit_logit(features: FeatureArray, starts: IntArray, chosen: BoolArray, ridge: float) -> FloatArray:
    """Return the fitted weights, one a feature.

    Args:
        features: shape (rows, features), the lists of all queries concatenated.
        starts: first row of each list, ascending; the first is 0.
        chosen: which rows were chosen; a list without a chosen row has no effect.
        ridge: penalty on standardised weights, per query.
    """
    scale = features.std(axis=0)
    scale[scale < 1e-6] = 1.0
    scaled = (features - features.mean(axis=0)) / scale
    targets = _target_shares(starts, chosen)
    initial = np.zeros(features.shape[1])
    with threadpool_limits(1, "blas"):  # on such small matrices several threads are seven times slower
        result = minimize(_loss, initial, (scaled, starts, targets, ridge), jac=True, method="L-BFGS-B")
    return np.asarray(result.x / scale, np.float64)


def _target_shares(starts: IntArray, chosen: BoolArray) -> FloatArray:
    """Return 1 / (chosen rows of the list) for each chosen row, so that every query has the same weight."""
    counts = np.add.reduceat(chosen.astype(np.float64), starts)
    lengths = np.diff(np.append(starts, len(chosen)))
    return np.where(chosen, np.repeat(1.0 / np.maximum(counts, 1.0), lengths), 0.0)


def _loss(
    weights: FloatArray, scaled: FeatureArray, starts: IntArray, targets: FloatArray, ridge: float
) -> tuple[float, FloatArray]:
    """Return the mean negative log-likelihood with its penalty, and the gradient."""
    lengths = np.diff(np.append(starts, len(targets)))
    score = scaled @ weights.astype(np.float32)
    score = score.astype(np.float64) - np.repeat(np.maximum.reduceat(score, starts), lengths)
    powers = np.exp(score)
    sums = np.add.reduceat(powers, starts)
    counted = np.add.reduceat(targets, starts)
    gap = powers * np.repeat(counted / sums, lengths) - targets
    queries = max(float(counted.sum()), 1.0)
    loss = float(counted @ np.log(sums) - targets @ score) / queries
    gradient = (gap.astype(np.float32) @ scaled).astype(np.float64) / queries
    return loss + ridge * float(weights @ weights) / 2, gradient + ridge * weights
