"""Shrinks a fitted bilinear map as far as validation pairs ask for, and calibrates its log odds."""

from __future__ import annotations

import numpy as np

from script_shared.embeddings.bilinear_loss import Weights
from script_shared.types import FeatureArray, FloatArray, IntArray

#: Shares of U W' among which is chosen; 0 is the dot product.
SHARES = 0.0, 0.1, 0.2, 0.4, 0.7, 1.0
#: Validation matches of a direction, the last ones, and those compared at once.
_MATCHES, _CHUNK = 500, 50
_NEWTON_STEPS = 25


def choose_share(weights: Weights, left: FeatureArray, right: FeatureArray, matches: IntArray) -> float:
    """Return the share of U W' that ranks matches best among all vectors of the other side.

    Ranks are compared by their logarithms: from 100 to 50 is as much as from 2 to 1, since the map retrieves
    what other features rank.

    Args:
        weights: of the fitted map.
        left: vectors of one side, shape (n, dimensions).
        right: vectors of the other side, shape (m, dimensions).
        matches: rows of both sides, shape (matches, 2).

    Returns:
        The share of the lowest mean logarithm of the rank, over both directions; the smallest of equal ones.
    """
    matches = matches[-_MATCHES:]
    sides = (left, weights.left), (right, weights.right)
    logarithms = np.zeros(len(SHARES))
    for (queries, factors), (candidates, others), rows in (
        (*sides, matches),
        (*sides[::-1], matches[:, ::-1]),
    ):
        projected = candidates @ others
        for start in range(0, len(rows), _CHUNK):
            query = queries[rows[start : start + _CHUNK, 0]]
            products, moves = query @ candidates.T, (query @ factors) @ projected.T
            logarithms += _log_ranks(products, moves, rows[start : start + _CHUNK, 1])
    return SHARES[int(logarithms.argmin())]


def _log_ranks(products: FeatureArray, moves: FeatureArray, targets: IntArray) -> FloatArray:
    """Return the sum of the logarithms of the targets' ranks for each share."""
    sums = []
    for share in SHARES:
        scores = products + np.float32(share) * moves
        rank = 1 + (scores > scores[np.arange(len(targets)), targets][:, None]).sum(axis=1)
        sums.append(np.log(rank).sum())
    return np.array(sums)


def fit_odds(scores: FeatureArray, grade: FeatureArray) -> FeatureArray:
    """Return scale and offset of the log odds: a logistic regression of grades on scores.

    Newton's method with a small penalty, so that it also ends for grades that scores separate.

    Args:
        scores: shape (n,).
        grade: from 0 to 1, shape (n,).
    """
    columns = np.stack([scores, np.ones(len(scores))], axis=1).astype(np.float64)
    odds = np.zeros(2)
    for _ in range(_NEWTON_STEPS):
        predicted = 1 / (1 + np.exp(-(columns @ odds)))
        slope = columns.T @ (predicted - grade) + 1e-3 * odds
        curvature = columns.T @ (columns * (predicted * (1 - predicted))[:, None]) + 1e-3 * np.eye(2)
        move = np.linalg.solve(curvature, slope)
        odds -= np.clip(move, -5, 5)
        if np.abs(move).max() < 1e-6:
            break
    return odds.astype(np.float32)
