"""The state: everything that changes with an interaction, folded in order of time."""

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
from script_shared.state.histories import Histories, Past
from script_shared.state.items import Items
from script_shared.state.pairs import PairParameters, Pairs
from script_shared.types import FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

T = TypeVar("T")

#: Ranks of a most-read list that are worked out at once and kept.
_KEPT = 1_000

#: So many things worked out are kept; region and device together make some hundreds.
_REMEMBERED = 4_096

#: From so many positions on, marking them is faster than sorting them.
_MANY = 10_000

#: Reads that an item without any counts for in a share.
_UNSEEN_READS = 0.01


class StateParameters(BaseModel):
    """What the state counts, and for how long.

    Attributes:
        half_lives: hours, of the counts over all readers, ascending.
        key_half_lives: hours, of the counts within a context key (region, device), ascending.
        visit_gap: hours; a read that follows the reader's last one sooner continues their visit.
        coreads: pairs of items read one after the other.
        returns: pairs of items read in different visits: the second after a pause.
        repeat_window: hours; a read of an item that the reader read sooner before adds only what its weight
            is larger by.
        user_limit: what the interactions of one user add to the counts at most in a minute, in plain reads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (0.1, 0.25, 1.0, 4.0, 24.0)
    key_half_lives: tuple[float, ...] = (0.5, 2.0)
    visit_gap: float = 0.5
    co_occurrence: PairParameters = PairParameters()
    cross_session: PairParameters = PairParameters(
        half_lives=(0.7, 3.0), distance=12, fade=0.4, reverse=0.0, apart=(0.5, 240.0)
    )
    repeat_window: float = 1.0
    user_limit: float = 20.0

    def nearest(self, hours: float) -> int:
        """Return the row of `half_lives` that is closest, as a ratio, to so many hours."""
        return int(_nearest(self.half_lives, (hours,))[0])

    def rows(self, hours: tuple[float, ...]) -> IntArray:
        """Return the row of `half_lives` that is closest to each of several numbers of hours."""
        return _nearest(self.half_lives, hours)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many positions there are; a vocabulary may hold fewer, the rest is room to grow.

    Attributes:
        users, items, keys: positions in each vocabulary.
        contexts: context keys of an interaction.
    """

    users: int
    items: int
    keys: int
    contexts: int


class State:
    """Decayed counts, co-reads, histories and first sightings, all kept by one `apply`.

    Counts are of readers, weighted by engagement, of what is published; see `state.contributions`. They
    depend on the reads and their times, not on the order in which reads are applied.

    Attributes:
        counts: decayed counts of items over all readers.
        reads: of all items together.
        continued: the same of those reads that continued a visit.
        key_counts: decayed counts of (context key, item), at slot key · items + item.
        coreads, returns: decayed pairs of items.
        histories: what each reader has read.
        items: what is known of each item.
        version: grows with every `apply`.
        patience_ms: what is worked out for everybody may lag so far behind the newest interaction.
    """

    def __init__(self, parameters: StateParameters, sizes: Sizes) -> None:
        self.parameters, self.sizes = parameters, sizes
        self.counts = DecayedCounts(parameters.half_lives, sizes.items, "F")
        self.continued = DecayedCounts(parameters.half_lives, sizes.items, "F")
        self.interactions = DecayedCounts(parameters.half_lives, 1, "F")
        self.key_counts = DecayedCounts(parameters.key_half_lives, sizes.keys * sizes.items, "F")
        self.key_totals = DecayedCounts(parameters.key_half_lives, sizes.keys, "F")
        self.co_occurrence = Pairs(parameters.co_occurrence)
        self.cross_session = Pairs(parameters.cross_session)
        self.histories = Histories(sizes.users, sizes.contexts)
        self.items = Items(sizes.items)
        self._contributions = Contributions(parameters.repeat_window, parameters.user_limit)
        self.version = 0
        self.patience_ms = 0
        self._once: dict[Hashable, tuple[int, int, Any]] = {}

    @classmethod
    def of(cls, dataset: Dataset, parameters: StateParameters) -> State:
        """Fold a whole data set."""
        sizes = Sizes(dataset.histories, len(dataset.items), len(dataset.keys), len(dataset.context))
        state = cls(parameters, sizes)
        state.items.published_ms = dataset.catalogue.published_ms
        state.items.category = np.maximum(dataset.catalogue.category, 0)
        state.apply(dataset.interactions)
        return state

    def apply(self, new: Interactions) -> None:
        """Fold interactions in, by time; one that comes late counts at its own age."""
        if not len(new):
            return
        if (np.diff(new.time) < 0).any():
            new = new.take(np.argsort(new.time, kind="stable"))
        last = self.histories.last(_distinct(new.user), 1)
        late = _late_users(new, last)
        is_late = np.isin(new.user, late)
        earlier = self.histories.of_all(late)
        change = Change(
            new=self._counted(new.take(~is_late) if len(late) else new, self.histories.past),
            removed=self._counted(earlier),
            added=self._counted(Interactions.merge([earlier, new.take(is_late)])),
        )
        self._apply_change(change, last)
        self.histories.apply(new)
        self.items.apply(new.item, new.time)
        self.version += 1

    def learn(self, items: IntArray, published_ms: LongArray, categories: IntArray) -> None:
        """Take in what is known of items: when they were published, ms UTC, and their categories.

        Reads of an item whose publication moves are counted again.
        """
        before = self.items.published_ms[items]
        moved = (before != published_ms) & (self.items.first_ms[items] < np.maximum(before, published_ms))
        interactions = self.histories.of_all(self.histories.readers_of(items[moved])) if moved.any() else None
        removed = self._counted(interactions) if interactions is not None else None
        self.items.published_ms[items], self.items.category[items] = published_ms, categories
        if interactions is not None and removed is not None:
            change = Change(self._counted(interactions.take(slice(0))), removed, self._counted(interactions))
            self._apply_change(change, self.histories.last(interactions.user[:0], 1))
        self.version += 1

    def _counted(self, interactions: Interactions, past: Past | None = None) -> CountedInteractions:
        return self._contributions.of(interactions, past, self.items.published_ms)

    def _apply_change(self, change: Change, last: tuple[IntArray, IntArray, LongArray]) -> None:
        """Apply a change to all counts.

        Args:
            change: what is counted, and no longer.
            last: user, item and time of the last earlier read of each user of the new reads.
        """
        for part, sign in ((change.removed, -1.0), (change.added, 1.0), (change.new, 1.0)):
            interactions, added = part.interactions, part.added * sign
            self.counts.apply(interactions.item, interactions.time, added)
            self.interactions.apply(np.zeros(len(interactions), np.int32), interactions.time, added)
            for column in interactions.keys.T:
                self._apply_keys(column, interactions, added)
        self._count_continued(_columns(change.removed), -change.removed.added)
        self._count_continued(_columns(change.added), change.added.added)
        user, item, time = (np.concatenate(pair) for pair in zip(last, _columns(change.new), strict=True))
        added = np.concatenate([np.zeros(len(last[0])), change.new.added])
        self._count_continued((user, item, time), added)
        self.co_occurrence.apply(change, self.histories)
        self.cross_session.apply(change, self.histories)

    def _count_continued(self, columns: tuple[IntArray, IntArray, LongArray], added: FloatArray) -> None:
        """Count reads that follow another of the user within `visit_gap`.

        Args:
            columns: user, item and time of reads, each user's in order of time.
            added: how much each adds.
        """
        user, item, time = columns
        order = np.argsort(user, kind="stable")
        user, item, time, added = user[order], item[order], time[order], added[order]
        soon = np.diff(time) < self.parameters.visit_gap * MS_PER_HOUR
        rows = np.flatnonzero((user[1:] == user[:-1]) & soon & (added[1:] != 0)) + 1
        self.continued.apply(item[rows], time[rows], added[rows])

    def _apply_keys(self, key: IntArray, interactions: Interactions, added: FloatArray) -> None:
        known = np.flatnonzero(key != UNKNOWN)
        slots = key[known].astype(np.int64) * self.sizes.items + interactions.item[known]
        self.key_counts.apply(slots, interactions.time[known], added[known])
        self.key_totals.apply(key[known], interactions.time[known], added[known])

    def query(self, user: int, now_ms: int, *, keys: tuple[int, ...], user_type: str | None = None) -> Query:
        """Describe a reader at a moment."""
        items, times, weights = self.histories.of(user)
        return Query(user, user_type, keys, items, times, weights, now_ms)

    def totals(self, now_ms: int) -> FloatArray:
        """Return the decayed number of all reads, one a half-life."""
        return self.interactions.values[:, 0] * self.interactions.scale(now_ms)

    def continued_interactions(self, now_ms: int) -> FloatArray:
        """Return how many reads continued a visit, of all items together, as `continued` stores them."""
        return self.once("continued", now_ms, lambda: self.continued.values.sum(axis=1))

    def shares(self, rows: Sequence[int], items: IntArray, now_ms: int) -> FloatArray:
        """Return the items' shares of all reads, smoothed, never 0; shape (rows, items).

        Args:
            rows: rows of `half_lives`.
            items: which items.
            now_ms: the moment.
        """
        scale = self.counts.scale(now_ms)
        return _shares(self.counts.values, self.interactions.values, scale, np.array(rows), items)

    def most_popular(self, half_life: int, n: int, now_ms: int, key: int = UNKNOWN) -> IntArray:
        """Return the `n` items with the highest counts, best first, ties by position.

        Args:
            half_life: row of `half_lives`, or of `key_half_lives` when a key is given.
            n: how many; fewer are returned when fewer were ever read.
            now_ms: the moment; the order at one half-life does not change while time alone passes.
            key: count only within this context key.
        """
        size = _KEPT * -(-n // _KEPT)
        name = ("most read", half_life, key, size)
        return self.once(name, now_ms, lambda: _largest(self._row(half_life, key), size))[:n]

    def once(self, name: Hashable, now_ms: int, make: Callable[[], T], patience: float = 1.0) -> T:
        """Return what `make` gives, worked out once and kept.

        Args:
            name: names it.
            now_ms: the moment.
            make: works it out from what the state holds now.
            patience: it is kept, once interactions have come, for so many times `patience_ms`.
        """
        kept = self._once.get(name)
        if kept is not None:
            version, made_ms, made = kept
            if version == self.version or 0 <= now_ms - made_ms < patience * self.patience_ms:
                return made
        if len(self._once) >= _REMEMBERED:
            self._once.clear()
        made = make()
        self._once[name] = self.version, now_ms, made
        return made

    def drop_results(self) -> None:
        """Drop what `once` keeps."""
        self._once.clear()

    def _row(self, half_life: int, key: int) -> FloatArray:
        if key == UNKNOWN:
            return self.counts.values[half_life]
        start = key * self.sizes.items
        return self.key_counts.values[half_life, start : start + self.sizes.items]

    def snapshot(self) -> dict[str, Bundle]:
        """Return the state as bundles of arrays, by part."""
        return {
            "counts": Bundle(self.counts.snapshot()),
            "continued": Bundle(self.continued.snapshot()),
            "totals": Bundle(self.interactions.snapshot()),
            "key_counts": Bundle(self.key_counts.snapshot()),
            "key_totals": Bundle(self.key_totals.snapshot()),
            "co_occurrence": Bundle(self.co_occurrence.snapshot()),
            "cross_session": Bundle(self.cross_session.snapshot()),
            "histories": Bundle(self.histories.snapshot()),
            "items": Bundle(self.items.snapshot()),
        }

    def restore(self, parts: dict[str, Bundle]) -> None:
        """Take the state back, of as many positions or fewer."""
        for name in (
            "counts",
            "continued",
            "key_totals",
            "co_occurrence",
            "cross_session",
            "histories",
            "items",
        ):
            getattr(self, name).restore(parts[name].arrays)
        self.key_counts.restore(parts["key_counts"].arrays, rows=self.sizes.keys)
        self.interactions.restore(parts["totals"].arrays)
        self._once.clear()


def _columns(counted: CountedInteractions) -> tuple[IntArray, IntArray, LongArray]:
    return counted.interactions.user, counted.interactions.item, counted.interactions.time


def _late_users(new: Interactions, last: tuple[IntArray, IntArray, LongArray]) -> IntArray:
    """Return the users whose last interaction so far is after one of the new ones.

    Args:
        new: in any order.
        last: users in ascending order, and the item and time of each one's last interaction.
    """
    user, _, time = last
    if not len(user):
        return user
    at = np.minimum(np.searchsorted(user, new.user), len(user) - 1)
    return np.unique(new.user[(user[at] == new.user) & (time[at] > new.time)])


@cache
def _nearest(half_lives: tuple[float, ...], hours: tuple[float, ...]) -> IntArray:
    ratios = np.abs(np.log(np.divide.outer(hours, half_lives)))
    return np.argmin(ratios, axis=1)


@jit_compiled
def share_of(counts: FloatArray, interactions: FloatArray, scale: FloatArray, row: int, item: int) -> float:
    """Return an item's share of all reads at a half-life, smoothed, never 0; see `State.shares`.

    Args:
        counts: of items, as stored, shape (half-lives, items).
        reads: of all items together, shape (half-lives, 1).
        scale: of both, one factor a half-life.
        row: the half-life.
        item: which one.
    """
    return (counts[row, item] * scale[row] + _UNSEEN_READS) / (interactions[row, 0] * scale[row] + 1.0)


@jit_compiled
def _shares(
    counts: FloatArray, interactions: FloatArray, scale: FloatArray, rows: IntArray, items: IntArray
) -> FloatArray:
    shares = np.empty((len(rows), len(items)))
    for place, row in enumerate(rows):
        for at in range(len(items)):
            shares[place, at] = share_of(counts, interactions, scale, row, items[at])
    return shares


def _distinct(positions: IntArray) -> IntArray:
    """Return each position once, ascending; sorting so few or marking so many, what is faster."""
    if len(positions) < _MANY:
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
    places = np.flatnonzero(values >= floor)
    return places[np.argsort(-values[places], kind="stable")][:n].astype(np.int32)
