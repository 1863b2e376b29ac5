"""How much an item is read now: decayed counts at several half-lives."""

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

#: Added to a count before its logarithm: about one read, seen through the shortest half-life.
SMOOTHING = 0.1


class Popularity(Component):
    """Log counts at every half-life; names the most read, half of them at the second shortest.

    Args:
        half_lives: hours, as the state counts them.
    """

    name: ClassVar[str] = "popularity"
    log_features: ClassVar[bool] = True

    def __init__(self, half_lives: Sequence[float]) -> None:
        self._half_lives = tuple(half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most read items at the half-lives, in turns after the first half."""
        return state.get_cached(("popularity", n), query.now_ms, lambda: self._mix(state, n, query.now_ms))

    def _mix(self, state: State, n: int, now_ms: int) -> IntArray:
        main = state.most_popular(min(1, len(self._half_lives) - 1), n // 2, now_ms)
        rows = range(len(self._half_lives))
        others = interleave([state.most_popular(row, n // 4, now_ms) for row in rows], n)
        return np.concatenate([main, others[~np.isin(others, main)]])[:n]

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write count + smoothing, one column a half-life."""
        _smooth(state.counts.arrays, query.now_ms, items, told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"popularity_{hours:g}h" for hours in self._half_lives)


@jit_compiled
def _smooth(counts: CountArrays, now_ms: int, items: IntArray, told: FeatureArray) -> None:
    values, scale = counts[0], decay_factors(counts, now_ms)
    for at in range(len(items)):
        for row in range(len(values)):
            told[at, row] = values[row, items[at]] * scale[row] + SMOOTHING


class MostPopular(Recommender):
    """The list that a front page shows: most read at one half-life, for everybody alike.

    Args:
        half_life: row of the state's half-lives.
    """

    def __init__(self, half_life: int) -> None:
        self._half_life = half_life

    def fit(self, dataset: Dataset, serves: Callable[[User], bool]) -> None:
        """Learn nothing: the state's counts are all there is."""

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the most read items that the reader has not read."""
        ranked = state.most_popular(self._half_life, n + len(query.history), query.now_ms)
        unread = ranked[~np.isin(ranked, query.history)][:n]
        scores = state.counts.get(unread, query.now_ms)[self._half_life]
        pairs = zip(unread.tolist(), scores.tolist(), strict=True)
        return [ScoredItem(item, score, Popularity.name) for item, score in pairs]


class MostPopularEver(Recommender):
    """The most read items of all time, for everybody alike."""

    def __init__(self, dataset: Dataset) -> None:
        self._counts = np.bincount(dataset.interactions.item, minlength=len(dataset.items))
        self._ranked = np.argsort(-self._counts, kind="stable")

    def fit(self, dataset: Dataset, serves: Callable[[User], bool]) -> None:
        """Learn nothing beyond the counts that it was made of."""

    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return the most read items that the reader has not read."""
        ranked = self._ranked[: n + len(query.history)]
        unread = ranked[~np.isin(ranked, query.history)][:n]
        return [ScoredItem(item, float(self._counts[item]), Popularity.name) for item in unread.tolist()]


def interleave(lists: Sequence[IntArray], n: int) -> IntArray:
    """Merge ranked lists in turns, each item once, at most `n`."""
    longest = max((len(each) for each in lists), default=0)
    grid = np.full((longest, len(lists)), -1, np.int32)
    for column, each in enumerate(lists):
        grid[: len(each), column] = each
    flat = grid[grid >= 0]
    _, first = np.unique(flat, return_index=True)
    return flat[np.sort(first)][:n]
