"""Confidence intervals by bootstrap over readers (Efron & Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.types import FloatArray

ROUNDS = 1_000
CONFIDENCE = 0.95


def bootstrap_means(groups: Sequence[FloatArray], rounds: int = ROUNDS, seed: int = 0) -> FloatArray:
    """Draw readers anew within each group and return the mean of the groups' means, round by round.

    All columns see the same draws: the difference of two columns compares them in pairs.

    Args:
        groups: one array a cut-off, shape (readers, columns), none of them empty.
        rounds: how many times to draw.
        seed: of the draws.

    Returns:
        Shape (rounds, columns).

    Raises:
        ValueError: there is no group, or one is empty.
    """
    if not groups or not all(len(group) for group in groups):
        raise ValueError("an interval needs at least one reader in every group")
    rng = np.random.default_rng(seed)
    return np.mean([_times_drawn(len(group), rounds, rng) @ group / len(group) for group in groups], axis=0)


def _times_drawn(users: int, rounds: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each reader is drawn in each round, shape (rounds, readers)."""
    drawn = rng.integers(0, users, (rounds, users)) + users * np.arange(rounds)[:, None]
    counts = np.bincount(drawn.ravel(), minlength=rounds * users)
    return counts.reshape(rounds, users).astype(np.float64)


def interval(draws: FloatArray, confidence: float = CONFIDENCE) -> FloatArray:
    """Return the low and the high end that hold the middle `confidence` of the draws.

    Args:
        draws: shape (rounds, ...).
        confidence: share of the draws inside.

    Returns:
        Shape (2, ...).
    """
    tail = (1 - confidence) / 2
    return np.asarray(np.quantile(draws, [tail, 1 - tail], axis=0), np.float64)
