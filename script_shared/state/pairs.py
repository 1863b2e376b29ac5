"""Which items are read one after the other by the same reader, decayed.

An ordered pair of items, d ≤ `distance` reads apart in one reader's history, counts
2^(-age / half-life) · d^(-fade); its reverse counts `reverse` times that.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.state.contributions import Change, CountedInteractions
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories
from script_shared.state.neighbour_rows import NeighbourRows, Parts, write_row
from script_shared.state.pair_buffer import BITS as _BITS
from script_shared.state.pair_buffer import PairBuffer
from script_shared.types import Arrays, BoolArray, FloatArray, IntArray, LongArray

_Chain = tuple[IntArray, IntArray, LongArray, BoolArray]

#: A pair is forgotten once it weighs less than the weakest single one this many half-lives ago.
_FORGOTTEN_AFTER = 9.0

#: There is room for an eighth more pairs, and at least so many, before they are sorted anew.
_LEAST_ROOM = 20_000


class PairParameters(BaseModel):
    """Which pairs are counted, and for how long.

    Attributes:
        half_lives: hours, ascending.
        distance: how many reads apart two paired reads may lie.
        fade: a pair d reads apart counts d^(-fade).
        reverse: what the reverse of a pair counts, as a share of the pair.
        apart: hours; the two reads lie at least the first and less than the second apart.
        partners: at most so many neighbours of an item are told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (1.0, 4.0)
    distance: int = 5
    fade: float = 1.0
    reverse: float = 0.1
    apart: tuple[float, float] = (0.0, 36.0)
    partners: int = 150


class Pairs:
    """Decayed weights of ordered pairs of items.

    Most pairs lie in one sorted array; pairs first seen since lie in a table beside it until there
    are enough of them to be sorted in, so that a few interactions cost little however many pairs there are.

    Args:
        parameters: which pairs count.

    Attributes:
        near: what is read after the items asked for lately; `rows` says where.
    """

    def __init__(self, parameters: PairParameters) -> None:
        self._parameters = parameters
        self.near = NeighbourRows(parameters.partners, len(parameters.half_lives))
        self._newest_ms = 0
        self._nearest_ms, self._furthest_ms = (int(hours * MS_PER_HOUR) for hours in parameters.apart)
        self._settle(np.empty(0, np.int64), DecayedCounts(parameters.half_lives, 0))

    def _settle(self, pairs: LongArray, weights: DecayedCounts) -> None:
        """Take sorted pairs and their weights, and make room for those to come."""
        self._sorted = pairs
        self._limit = max(_LEAST_ROOM, len(pairs) // 8)
        # Twice as much: those that go beyond the limit are taken in before all are sorted.
        values = np.zeros((len(weights.values), len(pairs) + 2 * self._limit))
        values[:, : len(pairs)] = weights.values
        weights.values = values
        self.weights = weights
        self._late = PairBuffer(2 * self._limit)
        self.near.forget_all()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._late)

    def _pairs(self) -> LongArray:
        """Return all pairs, by slot."""
        return np.concatenate([self._sorted, self._late.pairs])

    def all(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return first items, second items, and weights of shape (half-lives, pairs), to be scaled."""
        pairs = self._pairs()
        return *_split(pairs), self.weights.values[:, : len(pairs)]

    def neighbours(self, item: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the items read after `item`, their weights, and the weight of all of them.

        Returns:
            At most `partners` items in ascending order; weights of shape (half-lives, items) and
            totals of shape (half-lives,), to be scaled by `scale`.
        """
        return self.near.row(int(self.rows([item])[0]))

    def rows(self, items: list[int]) -> IntArray:
        """Return the rows of `near` for these items; they stay where they are until the next call."""
        return self.near.of(items, self._write)

    def scale(self, now_ms: int) -> FloatArray:
        """Return what turns the weights of `neighbours` into weights at a moment, one a half-life."""
        return self.weights.scale(now_ms)

    def _write(self, item: int, row: int) -> None:
        late = self._late.after(item)
        if len(late) > 1:
            late = late[np.argsort(self._late.pairs[late])]
        known = self._sorted, self._late.pairs, late
        _tell(row, item, known, self.weights.values, self.near.parts)

    def apply(self, change: Change, before: Histories) -> None:
        """Count the pairs that reads close; one that adds nothing to the counts closes none.

        Args:
            change: what is counted, and no longer.
            before: the interactions applied earlier.
        """
        # A pair that is forgotten at the newest time is neither counted nor removed by a late read.
        newest = self._newest_ms = max(self._newest_ms, change.newest_ms)
        since = newest - int(_FORGOTTEN_AFTER * self.weights.half_lives_ms.max())
        pairs, times, shares = self._changes(change, before, since)
        if len(pairs) > self._limit:
            self._merge(newest, pairs, times, shares)
            return
        is_full = len(self._late) + len(pairs) > self._limit
        origins = self.weights.origin_ms.copy()
        self.weights.apply(self._slots(pairs), times, shares)
        if is_full:
            self._sort(newest)
        elif (self.weights.origin_ms != origins).any():
            self.near.forget_all()
        else:
            self.near.forget(pairs >> _BITS)

    def _slots(self, pairs: LongArray) -> LongArray:
        """Return where the weight of each pair lies; pairs not seen before get a place."""
        # In their order, so that one search touches what the next will: half the time.
        order = np.argsort(pairs)
        slots = np.empty(len(pairs), np.int64)
        slots[order] = np.searchsorted(self._sorted, pairs[order])
        known = np.zeros(len(pairs), np.bool_)
        inside = slots < len(self._sorted)
        known[inside] = self._sorted[slots[inside]] == pairs[inside]
        others = np.flatnonzero(~known)
        slots[others] = len(self._sorted) + self._late.slots(pairs[others])
        return slots

    def _changes(
        self, change: Change, before: Histories, since: int
    ) -> tuple[LongArray, LongArray, FloatArray]:
        found = [self._close(_chain(change.new, before, self._parameters.distance, since))]
        if len(change.added.interactions):
            found.append(self._close(_whole_chain(change.added, since)))
        if len(change.removed.interactions):
            pairs, times, shares = self._close(_whole_chain(change.removed, since))
            found.append((pairs, times, -shares))
        pairs, times, shares = (np.concatenate(part) for part in zip(*found, strict=True))
        return pairs, times, shares

    def _close(self, chain: _Chain) -> tuple[LongArray, LongArray, FloatArray]:
        found = [self._at_distance(chain, steps) for steps in range(1, self._parameters.distance + 1)]
        older, newer, times, shares = (np.concatenate(part) for part in zip(*found, strict=True))
        forward = (older << _BITS) + newer
        if not self._parameters.reverse:
            return forward, times, shares
        return (
            np.concatenate([forward, (newer << _BITS) + older]),
            np.concatenate([times, times]),
            np.concatenate([shares, shares * self._parameters.reverse]),
        )

    def _at_distance(self, chain: _Chain, steps: int) -> tuple[LongArray, LongArray, LongArray, FloatArray]:
        user, item, time, closes = chain
        hit = (user[steps:] == user[:-steps]) & closes[steps:] & (item[steps:] != item[:-steps])
        apart = time[steps:] - time[:-steps]
        rows = np.flatnonzero(hit & (apart >= self._nearest_ms) & (apart < self._furthest_ms))
        older, newer = item[rows].astype(np.int64), item[rows + steps].astype(np.int64)
        return older, newer, time[rows + steps], np.full(len(rows), steps**-self._parameters.fade)

    def _merge(self, now_ms: int, pairs: LongArray, times: LongArray, shares: FloatArray) -> None:
        """Sort everything anew, new pairs included, and let go of what has faded out."""
        held = self._pairs()
        known, slot = np.unique(np.concatenate([held, pairs]), return_inverse=True)
        merged = DecayedCounts(self._parameters.half_lives, len(known))
        merged.origin_ms = self.weights.origin_ms
        merged.values[:, slot[: len(held)]] = self.weights.values[:, : len(held)]
        merged.apply(slot[len(held) :], times, shares)
        kept = self._remembered(merged, now_ms)
        merged.values = merged.values[:, kept]
        self._settle(known[kept], merged)

    def _sort(self, now_ms: int) -> None:
        """Put the late pairs among the others, and let go of what has faded out."""
        late = np.argsort(self._late.pairs)
        kept = self._remembered(self.weights, now_ms)
        pairs, slots = _woven(self._sorted, self._late.pairs[late], late + len(self._sorted), kept)
        self.weights.values = np.take(self.weights.values, slots, axis=1)
        self._settle(pairs, self.weights)

    def _remembered(self, weights: DecayedCounts, now_ms: int) -> BoolArray:
        weakest = self._parameters.distance**-self._parameters.fade * (self._parameters.reverse or 1.0)
        return weights.values[-1] * weights.scale(now_ms)[-1] >= weakest * 2.0**-_FORGOTTEN_AFTER

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        pairs = self._pairs()
        order = np.argsort(pairs)
        values = self.weights.values[:, : len(pairs)][:, order]
        newest = np.array([self._newest_ms])
        origin = self.weights.origin_ms.copy()
        return {"pairs": pairs[order], "values": values, "origin_ms": origin, "newest_ms": newest}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back."""
        weights = DecayedCounts(self._parameters.half_lives, len(arrays["pairs"]))
        weights.restore(arrays)
        self._newest_ms = int(arrays["newest_ms"][0])
        self._settle(np.asarray(arrays["pairs"], np.int64), weights)


@jit_compiled
def _tell(
    row: int, item: int, known: tuple[LongArray, LongArray, LongArray], values: FloatArray, parts: Parts
) -> None:
    """Write the neighbours of an item into a row, those of both arrays in one order.

    Args:
        row: which.
        item: position.
        known: sorted pairs, late pairs, and the places among these of the item's, ascending by pair.
        values: weights, shape (half-lives, slots); late pairs have the slots behind the sorted ones.
        parts: of the rows.
    """
    pairs, others, late = known
    start, end = _first(pairs, item << _BITS), _first(pairs, (item + 1) << _BITS)
    count = end - start + len(late)
    items, slots, other = np.empty(count, np.int32), np.empty(count, np.int64), 0
    for at in range(count):
        is_late = other < len(late) and (start == end or others[late[other]] < pairs[start])
        pair = others[late[other]] if is_late else pairs[start]
        slots[at] = len(pairs) + late[other] if is_late else start
        items[at] = pair & ((1 << _BITS) - 1)
        if is_late:
            other += 1
        else:
            start += 1
    write_row(row, items, slots, values, parts)


@jit_compiled
def _first(pairs: LongArray, pair: int) -> int:
    """Return the place of the first sorted pair that is not below one."""
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        if pairs[middle] < pair:
            low = middle + 1
        else:
            high = middle
    return low


@jit_compiled
def _woven(
    pairs: LongArray, late: LongArray, late_slots: LongArray, kept: BoolArray
) -> tuple[LongArray, LongArray]:
    """Return pairs of two sorted arrays in one order, and their slots; those of the first are their places.

    Args:
        pairs: those sorted before.
        late: the others.
        late_slots: of the others.
        kept: by slot, which are wanted.
    """
    count = kept[: len(pairs) + len(late)].sum()
    woven, slots, at, other = np.empty(count, np.int64), np.empty(count, np.int64), 0, 0
    for slot in range(len(pairs) + 1):
        while other < len(late) and (slot == len(pairs) or late[other] < pairs[slot]):
            if kept[late_slots[other]]:
                woven[at], slots[at] = late[other], late_slots[other]
                at += 1
            other += 1
        if slot < len(pairs) and kept[slot]:
            woven[at], slots[at] = pairs[slot], slot
            at += 1
    return woven, slots


def _split(pairs: LongArray) -> tuple[IntArray, IntArray]:
    """Return the first and the second item of each pair."""
    return (pairs >> _BITS).astype(np.int32), (pairs & ((1 << _BITS) - 1)).astype(np.int32)


def _chain(new: CountedInteractions, before: Histories, depth: int, since: int) -> _Chain:
    """Order reads by user and time, each user's last few earlier ones put in front.

    Returns:
        User, item, time, and which reads close pairs: the new ones after `since`. Users without any of
        these are left out.
    """
    interactions, closes = new.interactions, (new.interactions.time > since) & (new.added > 0)
    active = np.zeros(int(interactions.user.max(initial=-1)) + 1, np.bool_)
    active[interactions.user[closes]] = True
    rows = np.flatnonzero(active[interactions.user])
    user, item, time = before.last(np.flatnonzero(active), depth)
    closes = np.concatenate([np.zeros(len(user), np.bool_), closes[rows]])
    user = np.concatenate([user, interactions.user[rows]])
    order = np.argsort(user, kind="stable")
    item, time = (
        np.concatenate([item, interactions.item[rows]]),
        np.concatenate([time, interactions.time[rows]]),
    )
    return user[order], item[order], time[order], closes[order]


def _whole_chain(counted: CountedInteractions, since: int) -> _Chain:
    """Order whole histories by user and time."""
    interactions, closes = counted.interactions, (counted.interactions.time > since) & (counted.added > 0)
    order = np.argsort(interactions.user, kind="stable")
    return interactions.user[order], interactions.item[order], interactions.time[order], closes[order]
