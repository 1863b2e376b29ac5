"""Conditional logit: which of the items in front of a reader is chosen (McFadden, 1974).

The probability that reader q reads item i out of the list C(q) is exp(w·x_qi) / Σ_j∈C(q) exp(w·x_qj).
Its likelihood is concave in w; we add a ridge on standardised features and let L-BFGS find the optimum.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray


def fit_logit(features: FeatureArray, starts: IntArray, chosen: BoolArray, ridge: float) -> FloatArray:
    """Fit the weights.

    Args:
        features: shape (rows, features), the lists of all queries one after the other.
        starts: where each query's list begins, ascending, the first being 0.
        chosen: which rows were read; a query without one does not count.
        ridge: strength of the penalty on standardised weights, per query.

    Returns:
        One weight a feature.
    """
    scale = features.std(axis=0)
    scale[scale < 1e-6] = 1.0
    scaled = (features - features.mean(axis=0)) / scale
    share = _choice_shares(starts, chosen)
    begin = np.zeros(features.shape[1])
    with threadpool_limits(1, "blas"):  # so little work is seven times slower on several threads
        result = minimize(_loss, begin, (scaled, starts, share, ridge), jac=True, method="L-BFGS-B")
    return np.asarray(result.x / scale, np.float64)


def _choice_shares(starts: IntArray, chosen: BoolArray) -> FloatArray:
    """Give each chosen row 1 / the number chosen in its list, so that every reader weighs the same."""
    counts = np.add.reduceat(chosen.astype(np.float64), starts)
    lengths = np.diff(np.append(starts, len(chosen)))
    return np.where(chosen, np.repeat(1.0 / np.maximum(counts, 1.0), lengths), 0.0)


def _loss(
    weights: FloatArray, scaled: FeatureArray, starts: IntArray, share: FloatArray, ridge: float
) -> tuple[float, FloatArray]:
    lengths = np.diff(np.append(starts, len(share)))
    score = scaled @ weights.astype(np.float32)
    score = score.astype(np.float64) - np.repeat(np.maximum.reduceat(score, starts), lengths)
    powers = np.exp(score)
    sums = np.add.reduceat(powers, starts)
    counted = np.add.reduceat(share, starts)
    gap = powers * np.repeat(counted / sums, lengths) - share
    queries = max(float(counted.sum()), 1.0)
    loss = float(counted @ np.log(sums) - share @ score) / queries
    gradient = (gap.astype(np.float32) @ scaled).astype(np.float64) / queries
    return loss + ridge * float(weights @ weights) / 2, gradient + ridge * weights
