"""Confidence intervals by bootstrap over users (Efron & Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.types import FloatArray

ROUNDS = 1_000
CONFIDENCE = 0.95


def bootstrap_means(groups: Sequence[FloatArray], rounds: int = ROUNDS, seed: int = 0) -> FloatArray:
    """Resample users within each group and return the mean of the groups' means, one row a round.

    All columns use the same samples, so that the difference of two columns is a paired comparison.

    Args:
        groups: one array a cut-off, shape (users, columns), none of them empty.
        rounds: number of samples.
        seed: of the random generator.

    Returns:
        Shape (rounds, columns).

    Raises:
        ValueError: there is no group, or one is empty.
    """
    if not groups or not all(len(group) for group in groups):
        raise ValueError("an interval needs at least one user in every group")
    rng = np.random.default_rng(seed)
    return np.mean([_sample_counts(len(group), rounds, rng) @ group / len(group) for group in groups], axis=0)


def _sample_counts(users: int, rounds: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each user is drawn in each round, shape (rounds, users)."""
    drawn = rng.integers(0, users, (rounds, users)) + users * np.arange(rounds)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=rounds * users)
    return counts.reshape(rounds, users).astype(np.float64)


def interval(draws: FloatArray, confidence: float = CONFIDENCE) -> FloatArray:
    """Return the lower and upper end of the central interval of bootstrap draws.

    Args:
        draws: shape (rounds, ...).
        confidence: share of the draws within the interval.

    Returns:
        Shape (2, ...).
    """
    tail = (1 - confidence) / 2
    return np.asarray(np.quantile(draws, [tail, 1 - tail], axis=0), np.float64)
