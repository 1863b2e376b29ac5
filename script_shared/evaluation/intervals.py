"""Confidence intervals by bootstrap over readers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.types import FloatArray


def bootstrap_interval(
    groups: Sequence[FloatArray], rounds: int = 500, confidence: float = 0.95, seed: int = 0
) -> tuple[float, float]:
    """Return the interval of the mean of group means; readers are drawn anew within each group.

    Give differences of two models on the same readers to compare them in pairs (Efron &
    Tibshirani, 1993).

    Args:
        groups: one value a reader, one array a cut-off; empty ones are left out.
        rounds: how many times to draw.
        confidence: share of the draws inside the interval.
        seed: of the draws.
    """
    rng = np.random.default_rng(seed)
    filled = [group for group in groups if len(group)]
    if not filled:
        return float("nan"), float("nan")
    draws = [_means(group, rounds, rng) for group in filled]
    tail = (1 - confidence) / 2
    low, high = np.quantile(np.mean(draws, axis=0), [tail, 1 - tail])
    return float(low), float(high)


def _means(values: FloatArray, rounds: int, rng: np.random.Generator) -> FloatArray:
    return np.array([values[rng.integers(0, len(values), len(values))].mean() for _ in range(rounds)])
