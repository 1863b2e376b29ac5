"""Losses of a bilinear map and their gradients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.types import BoolArray, FeatureArray


class Weights(NamedTuple):
    """The values of a bilinear map, or their gradients.

    Attributes:
        left, right: U and W, shape (dimensions, rank).
        odds: scale and offset of the log odds, shape (2,).
    """

    left: FeatureArray
    right: FeatureArray
    odds: FeatureArray


def logistic_loss(
    weights: Weights, left: FeatureArray, right: FeatureArray, grade: FeatureArray
) -> tuple[float, Weights]:
    """Return the cross entropy of grades and predicted grades, and its gradient.

    Args:
        weights: of the map.
        left: the left vectors of n pairs, shape (n, dimensions).
        right: the right vectors of the same pairs.
        grade: from 0 to 1, shape (n,).
    """
    left_factors, right_factors = left @ weights.left, right @ weights.right
    scores = np.einsum("nd,nd->n", left, right) + np.einsum("nr,nr->n", left_factors, right_factors)
    log_odds = weights.odds[0] * scores + weights.odds[1]
    loss = np.mean(np.logaddexp(0, log_odds) - grade * log_odds)
    slope = (1 / (1 + np.exp(-log_odds)) - grade) / len(grade)
    by_score = (weights.odds[0] * slope)[:, None]
    odds = np.array([slope @ scores, slope.sum()], np.float32)
    return float(loss), Weights(
        left.T @ (by_score * right_factors), right.T @ (by_score * left_factors), odds
    )


def contrastive_loss(
    weights: Weights,
    left: FeatureArray,
    right: FeatureArray,
    is_ignored: BoolArray,
    matches: int,
    temperature: float,
) -> tuple[float, Weights]:
    """Return the cross entropy of finding each match among all right and all left vectors, and its gradient.

    Oord et al., "Representation learning with contrastive predictive coding", 2018.

    Args:
        weights: of the map.
        left: the left vectors of the matches, then those of runner-ups, shape (n, dimensions).
        right: the right vectors of the matches, then those of runner-ups, shape (m, dimensions).
        is_ignored: pairs that are no negatives, shape (n, m).
        matches: number of matches: left row i matches right row i.
        temperature: by which scores are divided.
    """
    left_factors, right_factors = left @ weights.left, right @ weights.right
    logits = (left @ right.T + left_factors @ right_factors.T) / np.float32(temperature)
    logits[is_ignored] = -np.inf
    by_left, by_right = _softmax(logits[:matches], 1), _softmax(logits[:, :matches], 0)
    rows = np.arange(matches)
    found = by_left[rows, rows], by_right[rows, rows]
    loss = -sum(float(np.log(np.maximum(share, 1e-30)).mean()) for share in found) / 2
    slope = np.zeros_like(logits)
    slope[:matches] += by_left
    slope[:, :matches] += by_right
    slope[rows, rows] -= 2
    slope /= np.float32(2 * matches * temperature)
    return loss, Weights(
        left.T @ (slope @ right_factors), right.T @ (slope.T @ left_factors), np.zeros(2, np.float32)
    )


def _softmax(logits: FeatureArray, axis: int) -> FeatureArray:
    shares = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return shares / shares.sum(axis=axis, keepdims=True)


class Adam:
    """Kingma and Ba, "Adam: a method for stochastic optimization", 2015; with decoupled decay of U and W.

    Args:
        weights: initial values.
        rate: length of a step.
        decay: share by which a step of length 1 shrinks U and W.
    """

    def __init__(self, weights: Weights, rate: float, decay: float) -> None:
        self._rate, self._steps = rate, 0
        self._decay = np.float32(decay * rate), np.float32(decay * rate), np.float32(0)
        self._mean = [np.zeros_like(values) for values in weights]
        self._square = [np.zeros_like(values) for values in weights]

    def step(self, weights: Weights, gradient: Weights) -> Weights:
        """Return the weights after a step down the gradient."""
        self._steps += 1
        mean_scale, square_scale = 1 - 0.9**self._steps, 1 - 0.999**self._steps
        changed = []
        for part, (values, slope) in enumerate(zip(weights, gradient, strict=True)):
            mean, square = self._mean[part], self._square[part]
            mean += np.float32(0.1) * (slope - mean)
            square += np.float32(0.001) * (slope**2 - square)
            move = (mean / mean_scale) / (np.sqrt(square / square_scale) + 1e-8)
            changed.append((values * (1 - self._decay[part]) - self._rate * move).astype(np.float32))
        return Weights(*changed)
