"""The state: counts, co-occurrences, histories and item attributes, updated by `State.apply`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.jit import jit_compiled
from script_shared.state.contributions import Change, Contributions, CountedInteractions
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories, HistoryArrays
from script_shared.state.items import Items
from script_shared.state.pairs import PairParameters, Pairs
from script_shared.types import FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

T = TypeVar("T")

#: Users, items and times of interactions.
_Columns = tuple[IntArray, IntArray, LongArray]

#: Lists of the most popular items are computed and cached in multiples of this length.
_LIST_LENGTH = 1_000

#: Maximum number of cached values; regions and devices together make some hundreds.
_MAX_CACHED = 4_096

#: From this many positions on, marking them is faster than sorting them.
_MARKING_SIZE = 10_000

#: Pseudocount of every item in `shares`.
_PSEUDOCOUNT = 0.01


class StateParameters(BaseModel):
    """What the state counts, and for how long.

    Attributes:
        half_lives: hours, of the counts over all users, ascending.
        key_half_lives: hours, of the counts within a context key (region, device), ascending.
        session_gap: hours; an interaction within this time of the user's last one continues the session.
        co_occurrence: pairs of items within a session.
        cross_session: pairs of items in different sessions.
        repeat_window: hours; a user's second interaction with an item within this time adds only the excess
            of its weight.
        user_limit: how much one user adds to the counts at most in a minute, in interactions of weight 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (0.1, 0.25, 1.0, 4.0, 24.0)
    key_half_lives: tuple[float, ...] = (0.5, 2.0)
    session_gap: float = 0.5
    co_occurrence: PairParameters = PairParameters()
    cross_session: PairParameters = PairParameters(
        half_lives=(0.7, 3.0), distance=12, distance_decay=0.4, reverse=0.0, time_gap=(0.5, 240.0)
    )
    repeat_window: float = 1.0
    user_limit: float = 20.0

    def find_half_life(self, hours: float) -> int:
        """Return the row of `half_lives` whose ratio to `hours` is closest to 1."""
        return int(_closest_rows(self.half_lives, (hours,))[0])

    def find_half_lives(self, hours: tuple[float, ...]) -> IntArray:
        """Return the row of `half_lives` whose ratio to each of `hours` is closest to 1."""
        return _closest_rows(self.half_lives, hours)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Number of positions; vocabularies may be smaller and grow up to it.

    Attributes:
        users, items, keys: positions in each vocabulary.
        contexts: context keys of an interaction.
    """

    users: int
    items: int
    keys: int
    contexts: int


class State:
    """Decayed counts, co-occurrences, histories and item attributes; `apply` updates all of them.

    Counts are weighted by engagement and limited per user, see `state.contributions`. They depend on the
    interactions and their times, not on the order in which interactions are applied.

    Attributes:
        counts: decayed counts of items over all users.
        total_counts: decayed count of all items together.
        continuations: counts of items, of interactions that continued a session.
        key_counts: decayed counts of (context key, item), at slot key · items + item.
        key_totals: decayed counts of context keys.
        co_occurrence, cross_session: decayed pairs of items.
        histories: interactions of each user.
        items: attributes of each item.
        version: increases with every update.
        max_staleness_ms: cached values may be this much older than the newest interaction.
    """

    def __init__(self, parameters: StateParameters, sizes: Sizes) -> None:
        self.parameters, self.sizes = parameters, sizes
        self.counts = DecayedCounts(parameters.half_lives, sizes.items, "F")
        self.continuations = DecayedCounts(parameters.half_lives, sizes.items, "F")
        self.total_counts = DecayedCounts(parameters.half_lives, 1, "F")
        self.key_counts = DecayedCounts(parameters.key_half_lives, sizes.keys * sizes.items, "F")
        self.key_totals = DecayedCounts(parameters.key_half_lives, sizes.keys, "F")
        self.co_occurrence = Pairs(parameters.co_occurrence)
        self.cross_session = Pairs(parameters.cross_session)
        self.histories = Histories(sizes.users, sizes.contexts)
        self.items = Items(sizes.items)
        self._contributions = Contributions(parameters.repeat_window, parameters.user_limit)
        self.version = 0
        self.max_staleness_ms = 0
        self._cache: dict[Hashable, tuple[int, int, Any]] = {}

    @classmethod
    def from_dataset(cls, dataset: Dataset, parameters: StateParameters) -> State:
        """Build the state at the end of a data set."""
        sizes = Sizes(dataset.history_count, len(dataset.items), len(dataset.keys), len(dataset.context))
        state = cls(parameters, sizes)
        state.items.published_ms = dataset.catalogue.published_ms
        state.items.category = np.maximum(dataset.catalogue.category, 0)
        state.apply(dataset.interactions)
        return state

    def apply(self, new: Interactions) -> None:
        """Add interactions, in any order; a late one counts at its own age."""
        if not len(new):
            return
        if (np.diff(new.time) < 0).any():
            new = new.take(np.argsort(new.time, kind="stable"))
        last = self.histories.last(_distinct(new.user), 1)
        self._apply_change(self._count_new(new, _late_users(new, last)), last)
        self.histories.apply(new)
        self.items.apply(new.item, new.time)
        self.version += 1

    def _count_new(self, new: Interactions, late: IntArray) -> Change:
        """Return the change that new interactions make; all of the `late` users' are counted again."""
        if not len(late):
            return Change(self._count(new, self.histories.arrays))
        is_late = np.isin(new.user, late)
        earlier = self.histories.select_by_time(late)
        return Change(
            new=self._count(new.take(~is_late), self.histories.arrays),
            removed=self._count(earlier),
            added=self._count(Interactions.merge([earlier, new.take(is_late)])),
        )

    def update_items(self, items: IntArray, published_ms: LongArray, categories: IntArray) -> None:
        """Set published times (ms UTC) and categories of items.

        Where the published time of an item with interactions changes, its users' interactions are counted
        again.
        """
        before = self.items.published_ms[items]
        moved = (before != published_ms) & (self.items.first_ms[items] < np.maximum(before, published_ms))
        if moved.any():
            interactions = self.histories.select_by_time(self.histories.find_users(items[moved]))
            removed = self._count(interactions)
            self._set_items(items, published_ms, categories)
            nothing = self._count(interactions.take(slice(0)))
            change = Change(nothing, removed, self._count(interactions))
            self._apply_change(change, self.histories.last(interactions.user[:0], 1))
        else:
            self._set_items(items, published_ms, categories)
        self.version += 1

    def _set_items(self, items: IntArray, published_ms: LongArray, categories: IntArray) -> None:
        self.items.published_ms[items], self.items.category[items] = published_ms, categories

    def _count(self, interactions: Interactions, past: HistoryArrays | None = None) -> CountedInteractions:
        return self._contributions.compute(interactions, past, self.items.published_ms)

    def _apply_change(self, change: Change, last: _Columns) -> None:
        """Apply a change to all counts.

        Args:
            change: interactions to count, and to count no longer.
            last: the last earlier interaction of each user of the new ones.
        """
        for part, sign in change.corrections:
            increments = part.increments * sign
            self._apply_counts(part.interactions, increments)
            self._apply_continuations(_columns(part.interactions), increments)
        new = change.new
        self._apply_counts(new.interactions, new.increments)
        columns = zip(last, _columns(new.interactions), strict=True)
        user, item, time = (np.concatenate(column) for column in columns)
        increments = np.concatenate([np.zeros(len(last[0])), new.increments])
        self._apply_continuations((user, item, time), increments)
        self.co_occurrence.apply(change, self.histories)
        self.cross_session.apply(change, self.histories)

    def _apply_counts(self, interactions: Interactions, increments: FloatArray) -> None:
        self.counts.apply(interactions.item, interactions.time, increments)
        self.total_counts.apply(np.zeros(len(interactions), np.int32), interactions.time, increments)
        for keys in interactions.keys.T:
            known = np.flatnonzero(keys != UNKNOWN)
            slots = keys[known].astype(np.int64) * self.sizes.items + interactions.item[known]
            self.key_counts.apply(slots, interactions.time[known], increments[known])
            self.key_totals.apply(keys[known], interactions.time[known], increments[known])

    def _apply_continuations(self, columns: _Columns, increments: FloatArray) -> None:
        """Count interactions that follow another of the user within `session_gap`.

        Args:
            columns: of interactions, each user's in order of time.
            increments: how much each adds.
        """
        user, item, time = columns
        order = np.argsort(user, kind="stable")
        user, item, time, increments = user[order], item[order], time[order], increments[order]
        soon = np.diff(time) < self.parameters.session_gap * MS_PER_HOUR
        rows = np.flatnonzero((user[1:] == user[:-1]) & soon & (increments[1:] != 0)) + 1
        self.continuations.apply(item[rows], time[rows], increments[rows])

    def query(self, user: int, now_ms: int, *, keys: tuple[int, ...], user_type: str | None = None) -> Query:
        """Build the query of a user at a time."""
        items, times, weights = self.histories.get(user)
        return Query(user, user_type, keys, items, times, weights, now_ms)

    def totals(self, now_ms: int) -> FloatArray:
        """Return the decayed count of all items together, one per half-life."""
        return self.total_counts.values[:, 0] * self.total_counts.scale(now_ms)

    def continuation_totals(self, now_ms: int) -> FloatArray:
        """Return the sum of `continuations` over all items, as stored, one per half-life."""
        return self.get_cached("continuations", now_ms, lambda: self.continuations.values.sum(axis=1))

    def shares(self, rows: Sequence[int], items: IntArray, now_ms: int) -> FloatArray:
        """Return the items' smoothed shares of all interactions, never 0; shape (rows, items).

        Args:
            rows: rows of `half_lives`.
            items: positions of items.
            now_ms: the time, ms UTC.
        """
        scale = self.counts.scale(now_ms)
        return _shares(self.counts.values, self.total_counts.values, scale, np.array(rows), items)

    def most_popular(self, half_life: int, n: int, now_ms: int, key: int = UNKNOWN) -> IntArray:
        """Return the `n` items with the highest counts, best first, ties by position.

        Args:
            half_life: row of `half_lives`, or of `key_half_lives` when a key is given.
            n: maximum number of items; items without interactions are left out.
            now_ms: the time, ms UTC; without new interactions the order at one half-life never changes.
            key: count only interactions with this context key.
        """
        length = _LIST_LENGTH * -(-n // _LIST_LENGTH)
        name = ("most popular", half_life, key, length)
        return self.get_cached(name, now_ms, lambda: _largest(self._row(half_life, key), length))[:n]

    def get_cached(self, name: Hashable, now_ms: int, compute: Callable[[], T], staleness: float = 1.0) -> T:
        """Return a cached value, or compute and cache it.

        Args:
            name: cache key.
            now_ms: the time, ms UTC.
            compute: computes the value from the current state.
            staleness: maximum age of a value that is older than the newest interaction, as a multiple of
                `max_staleness_ms`.
        """
        entry = self._cache.get(name)
        if entry is not None:
            version, computed_ms, value = entry
            is_current = version == self.version
            if is_current or 0 <= now_ms - computed_ms < staleness * self.max_staleness_ms:
                return value
        if len(self._cache) >= _MAX_CACHED:
            self._cache.clear()
        value = compute()
        self._cache[name] = self.version, now_ms, value
        return value

    def clear_cache(self) -> None:
        """Drop all cached values."""
        self._cache.clear()

    def _row(self, half_life: int, key: int) -> FloatArray:
        if key == UNKNOWN:
            return self.counts.values[half_life]
        start = key * self.sizes.items
        return self.key_counts.values[half_life, start : start + self.sizes.items]

    def snapshot(self) -> dict[str, Bundle]:
        """Return the state as bundles of arrays, by part."""
        return {name: Bundle(getattr(self, name).snapshot()) for name in _PARTS}

    def restore(self, parts: dict[str, Bundle]) -> None:
        """Replace the state by a snapshot of as many positions or fewer."""
        for name in _PARTS:
            rows = {"rows": self.sizes.keys} if name == "key_counts" else {}
            getattr(self, name).restore(parts[name].arrays, **rows)
        self.clear_cache()


#: The attributes of a state that a snapshot contains.
_PARTS = (
    *("counts", "continuations", "total_counts", "key_counts", "key_totals"),
    *("co_occurrence", "cross_session", "histories", "items"),
)


def _columns(interactions: Interactions) -> _Columns:
    return interactions.user, interactions.item, interactions.time


def _late_users(new: Interactions, last: _Columns) -> IntArray:
    """Return the users whose last interaction so far is later than one of the new ones.

    Args:
        new: in any order.
        last: the last interaction of each user, by user.
    """
    user, _, time = last
    if not len(user):
        return user
    row = np.minimum(np.searchsorted(user, new.user), len(user) - 1)
    return np.unique(new.user[(user[row] == new.user) & (time[row] > new.time)])


@cache
def _closest_rows(half_lives: tuple[float, ...], hours: tuple[float, ...]) -> IntArray:
    ratios = np.abs(np.log(np.divide.outer(hours, half_lives)))
    return np.argmin(ratios, axis=1)


@jit_compiled
def share_of(counts: FloatArray, totals: FloatArray, scale: FloatArray, row: int, item: int) -> float:
    """Return an item's smoothed share of all interactions at a half-life, never 0; see `State.shares`.

    Args:
        counts: of items, as stored, shape (half-lives, items).
        totals: of all items together, as stored, shape (half-lives, 1).
        scale: factors of both, one per half-life.
        row: row of the half-life.
        item: position of the item.
    """
    return (counts[row, item] * scale[row] + _PSEUDOCOUNT) / (totals[row, 0] * scale[row] + 1.0)


@jit_compiled
def _shares(
    counts: FloatArray, totals: FloatArray, scale: FloatArray, rows: IntArray, items: IntArray
) -> FloatArray:
    shares = np.empty((len(rows), len(items)))
    for place, row in enumerate(rows):
        for column in range(len(items)):
            shares[place, column] = share_of(counts, totals, scale, row, items[column])
    return shares


def _distinct(positions: IntArray) -> IntArray:
    """Return each position once, ascending; few are sorted, many are marked."""
    if len(positions) < _MARKING_SIZE:
        return np.unique(positions)
    seen = np.zeros(int(positions.max()) + 1, np.bool_)
    seen[positions] = True
    return np.flatnonzero(seen)


def _largest(values: FloatArray, n: int) -> IntArray:
    """Return the positions of the `n` largest positive values, largest first, ties by position."""
    n = min(n, len(values))
    if n == 0:
        return np.empty(0, np.int32)
    floor = max(np.partition(values, len(values) - n)[len(values) - n], np.finfo(float).tiny)
    positions = np.flatnonzero(values >= floor)
    return positions[np.argsort(-values[positions], kind="stable")][:n].astype(np.int32)
