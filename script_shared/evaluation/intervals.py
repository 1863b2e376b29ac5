"""Confidence intervals by bootstrap over users or other groups of rows (Efron & Tibshirani, 1993)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

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


def bootstrap_statistic(
    statistic: Callable[[FloatArray], npt.ArrayLike],
    groups: npt.ArrayLike,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> FloatArray:
    """Resample whole groups of rows and return a statistic of the weighted rows, one row a round.

    Rows of a group, such as those of one query, are not independent; groups are. A statistic
    that returns the values of two models uses the same samples for both, so that their difference is paired.

    Args:
        statistic: its argument is the weight of each row, shape (n,): how often its group was drawn.
        groups: ids of the rows' groups, shape (n,).
        rounds: number of samples.
        seed: of the random generator.

    Returns:
        Shape (rounds, ...), where ... is the shape of the statistic.

    Raises:
        ValueError: there are no rows.
    """
    _, inverse = np.unique(np.asarray(groups), return_inverse=True)
    if not len(inverse):
        raise ValueError("an interval needs at least one row")
    rng, count = np.random.default_rng(seed), int(inverse.max()) + 1
    draws = (np.bincount(rng.integers(0, count, count), minlength=count) for _ in range(rounds))
    return np.array([statistic(drawn[inverse].astype(np.float64)) for drawn in draws], np.float64)


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
