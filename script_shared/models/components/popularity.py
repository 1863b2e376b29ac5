"""Popularity: decayed counts of interactions at several half-lives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled
from script_shared.models.base import Component, Recommender
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, Query, ScoredItem, User

#: Added to a count before its logarithm.
SMOOTHING = 0.1


class Popularity(Component):
    """Log of the decayed count at each half-life; retrieves the most popular items.

    Args:
        half_lives: hours, equal to those of the state.
    """

    name: ClassVar[str] = "popularity"
    log_features: ClassVar[bool] = True

    def __init__(self, half_lives: Sequence[float]) -> None:
        self._half_lives = tuple(half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most popular items: half of them at the second shortest half-life, then interleaved."""
        return state.get_cached(("popularity", n), query.now_ms, lambda: self._mix(state, n, query.now_ms))

    def _mix(self, state: State, n: int, now_ms: int) -> IntArray:
        main = state.most_popular(min(1, len(self._half_lives) - 1), n // 2, now_ms)
        rows = range(len(self._half_lives))
        others = interleave([state.most_popular(row, n // 4, now_ms) for row in rows], n)
        return np.concatenate([main, others[~np.isin(others, main)]])[:n]

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write count + smoothing, one column a half-life."""
        _write_counts(state.counts.arrays, query.now_ms, items, out)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`."""
        return tuple(f"popularity_{hours:g}h" for hours in self._half_lives)


@jit_compiled
def _write_counts(counts: CountArrays, now_ms: int, items: IntArray, out: FeatureArray) -> None:
    values, scale = counts[0], decay_factors(counts, now_ms)
    for row in range(len(items)):
        for column in range(len(values)):
            out[row, column] = values[column, items[row]] * scale[column] + SMOOTHING


class MostPopular(Recommender):
    """Baseline: the most popular items at one half-life, the same for all users.

    Args:
        half_life: row of the state's half-lives.
    """

    def __init__(self, half_life: int) -> None:
        self._half_life = half_life

    def fit(self, dataset: Dataset, accepts: Callable[[User], bool]) -> None:
        """Do nothing: the state contains the counts."""

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the most popular items outside the user's history."""
        ranked = state.most_popular(self._half_life, n + len(query.history), query.now_ms)
        unseen = ranked[~np.isin(ranked, query.history)][:n]
        scores = state.counts.get(unseen, query.now_ms)[self._half_life]
        pairs = zip(unseen.tolist(), scores.tolist(), strict=True)
        return [ScoredItem(item, score, Popularity.name) for item, score in pairs]


class MostPopularEver(Recommender):
    """Baseline: the most popular items of all time, the same for all users.

    Args:
        dataset: the interactions to count.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._counts = np.bincount(dataset.interactions.item, minlength=len(dataset.items))
        self._ranked = np.argsort(-self._counts, kind="stable")

    def fit(self, dataset: Dataset, accepts: Callable[[User], bool]) -> None:
        """Do nothing: the constructor counts."""

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the most popular items outside the user's history."""
        ranked = self._ranked[: n + len(query.history)]
        unseen = ranked[~np.isin(ranked, query.history)][:n]
        return [ScoredItem(item, float(self._counts[item]), Popularity.name) for item in unseen.tolist()]


def interleave(lists: Sequence[IntArray], n: int) -> IntArray:
    """Merge ranked lists round-robin into at most `n` distinct items."""
    longest = max((len(items) for items in lists), default=0)
    grid = np.full((longest, len(lists)), -1, np.int32)
    for column, items in enumerate(lists):
        grid[: len(items), column] = items
    flat = grid[grid >= 0]
    _, first = np.unique(flat, return_index=True)
    return flat[np.sort(first)][:n]
