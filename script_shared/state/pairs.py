"""Decayed co-occurrence of items: which items the same user interacts with one after the other.

An ordered pair of items, d ≤ `distance` interactions apart in one user's history, counts
2^(-age / half-life) · d^(-distance_decay); its reverse counts `reverse` times that.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.state.contributions import Change, CountedInteractions
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories
from script_shared.state.neighbour_rows import NeighbourRows, RowArrays, write_row
from script_shared.state.pair_buffer import ITEM_BITS, PairBuffer
from script_shared.types import Arrays, BoolArray, FloatArray, IntArray, LongArray

#: Users, items and times, by user and time, and whether an interaction closes pairs.
_Sequence = tuple[IntArray, IntArray, LongArray, BoolArray]

#: A pair is dropped once it weighs less than the weakest single one this many half-lives ago.
_MAX_AGE = 9.0

#: The buffer takes an eighth of the sorted pairs, and at least this many.
_MIN_CAPACITY = 20_000


class PairParameters(BaseModel):
    """Which pairs are counted, and for how long.

    Attributes:
        half_lives: hours, ascending.
        distance: maximum number of interactions from the first to the second of a pair.
        distance_decay: a pair at distance d counts d^(-distance_decay).
        reverse: weight of the reverse of a pair, as a share of the pair's.
        time_gap: hours; minimum (inclusive) and maximum (exclusive) time between the two interactions.
        max_neighbours: maximum number of neighbours returned for an item.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (1.0, 4.0)
    distance: int = 5
    distance_decay: float = 1.0
    reverse: float = 0.1
    time_gap: tuple[float, float] = (0.0, 36.0)
    max_neighbours: int = 150


class Pairs:
    """Decayed weights of ordered pairs of items.

    Most pairs are one sorted array. New pairs go to a buffer, which is merged when it is full: a small batch
    costs little, however many pairs there are.

    Args:
        parameters: which pairs count.

    Attributes:
        neighbour_rows: cached neighbours of recently requested items; `find_rows` returns row numbers.
        weights: weights of all pairs by slot: sorted pairs first, then those of the buffer.
    """

    def __init__(self, parameters: PairParameters) -> None:
        self._parameters = parameters
        self.neighbour_rows = NeighbourRows(parameters.max_neighbours, len(parameters.half_lives))
        self._newest_ms = 0
        self._min_gap_ms, self._max_gap_ms = (int(hours * MS_PER_HOUR) for hours in parameters.time_gap)
        self._replace(np.empty(0, np.int64), DecayedCounts(parameters.half_lives, 0))

    def _replace(self, pairs: LongArray, weights: DecayedCounts) -> None:
        """Replace all pairs by sorted ones and their weights, and empty the buffer."""
        self._sorted = pairs
        self._limit = max(_MIN_CAPACITY, len(pairs) // 8)
        # Twice the limit: a batch that exceeds it is added before the buffer is merged.
        values = np.zeros((len(weights.values), len(pairs) + 2 * self._limit))
        values[:, : len(pairs)] = weights.values
        weights.values = values
        self.weights = weights
        self._buffer = PairBuffer(2 * self._limit)
        self.neighbour_rows.invalidate_all()

    def __len__(self) -> int:
        return len(self._sorted) + len(self._buffer)

    def _pairs(self) -> LongArray:
        """Return all pairs, by slot."""
        return np.concatenate([self._sorted, self._buffer.pairs])

    def get_all(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Return first items, second items, and weights of shape (half-lives, pairs), to be scaled."""
        pairs = self._pairs()
        return *_split(pairs), self.weights.values[:, : len(pairs)]

    def neighbours(self, item: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the strongest second items of the pairs that begin with `item`.

        Returns:
            At most `max_neighbours` items in ascending order; their weights, shape (half-lives, items);
            and the weight of all neighbours, shape (half-lives,). Weights are to be scaled by `scale`.
        """
        return self.neighbour_rows.get(int(self.find_rows([item])[0]))

    def find_rows(self, items: list[int]) -> IntArray:
        """Return the rows of `neighbour_rows` for items; they are valid until the next call."""
        return self.neighbour_rows.find_rows(items, self._write_neighbours)

    def scale(self, now_ms: int) -> FloatArray:
        """Return the factors that turn stored weights into weights at a time, one per half-life."""
        return self.weights.scale(now_ms)

    def _write_neighbours(self, item: int, row: int) -> None:
        buffered = self._buffer.find_slots(item)
        if len(buffered) > 1:
            buffered = buffered[np.argsort(self._buffer.pairs[buffered])]
        pairs = self._sorted, self._buffer.pairs, buffered
        _write_neighbours(row, item, pairs, self.weights.values, self.neighbour_rows.arrays)

    def apply(self, change: Change, earlier: Histories) -> None:
        """Count the pairs that interactions close; one that adds nothing to the counts closes none.

        Args:
            change: interactions to count, and to count no longer.
            earlier: the interactions applied before.
        """
        # A pair too old at the newest time is neither counted nor removed by a late interaction.
        newest = self._newest_ms = max(self._newest_ms, change.newest_ms)
        since = newest - int(_MAX_AGE * self.weights.half_lives_ms.max())
        pairs, times, increments = self._changed_pairs(change, earlier, since)
        if len(pairs) > self._limit:
            self._merge(newest, pairs, times, increments)
            return
        is_full = len(self._buffer) + len(pairs) > self._limit
        origins = self.weights.origin_ms.copy()
        self.weights.apply(self._assign_slots(pairs), times, increments)
        if is_full:
            self._merge_buffer(newest)
        elif (self.weights.origin_ms != origins).any():
            self.neighbour_rows.invalidate_all()
        else:
            self.neighbour_rows.invalidate(pairs >> ITEM_BITS)

    def _assign_slots(self, pairs: LongArray) -> LongArray:
        """Return the slot of each pair; new pairs go to the buffer."""
        # Sorted queries touch neighbouring memory: half the time of the search.
        order = np.argsort(pairs)
        slots = np.empty(len(pairs), np.int64)
        slots[order] = np.searchsorted(self._sorted, pairs[order])
        is_sorted = np.zeros(len(pairs), np.bool_)
        inside = slots < len(self._sorted)
        is_sorted[inside] = self._sorted[slots[inside]] == pairs[inside]
        others = np.flatnonzero(~is_sorted)
        slots[others] = len(self._sorted) + self._buffer.assign_slots(pairs[others])
        return slots

    def _changed_pairs(
        self, change: Change, earlier: Histories, since: int
    ) -> tuple[LongArray, LongArray, FloatArray]:
        """Return the pairs of a change, their times and their increments."""
        new = _new_sequence(change.new, earlier, self._parameters.distance, since)
        found = [self._close_pairs(new)]
        for part, sign in reversed(change.corrections):
            pairs, times, increments = self._close_pairs(_whole_sequence(part, since))
            found.append((pairs, times, increments * sign))
        pairs, times, increments = (np.concatenate(column) for column in zip(*found, strict=True))
        return pairs, times, increments

    def _close_pairs(self, sequence: _Sequence) -> tuple[LongArray, LongArray, FloatArray]:
        distances = range(1, self._parameters.distance + 1)
        found = [self._pairs_at_distance(sequence, distance) for distance in distances]
        first, second, times, increments = (np.concatenate(column) for column in zip(*found, strict=True))
        forward = (first << ITEM_BITS) + second
        if not self._parameters.reverse:
            return forward, times, increments
        return (
            np.concatenate([forward, (second << ITEM_BITS) + first]),
            np.concatenate([times, times]),
            np.concatenate([increments, increments * self._parameters.reverse]),
        )

    def _pairs_at_distance(
        self, sequence: _Sequence, distance: int
    ) -> tuple[LongArray, LongArray, LongArray, FloatArray]:
        """Return first items, second items, times and increments of the pairs at one distance."""
        user, item, time, closes = sequence
        is_pair = user[distance:] == user[:-distance]
        is_pair = is_pair & closes[distance:] & (item[distance:] != item[:-distance])
        gap = time[distance:] - time[:-distance]
        rows = np.flatnonzero(is_pair & (gap >= self._min_gap_ms) & (gap < self._max_gap_ms))
        first, second = item[rows].astype(np.int64), item[rows + distance].astype(np.int64)
        increments = np.full(len(rows), distance**-self._parameters.distance_decay)
        return first, second, time[rows + distance], increments

    def _merge(self, now_ms: int, pairs: LongArray, times: LongArray, increments: FloatArray) -> None:
        """Sort the buffer and new pairs in among the others, and drop those below the minimum weight."""
        current = self._pairs()
        known, slot = np.unique(np.concatenate([current, pairs]), return_inverse=True)
        merged = DecayedCounts(self._parameters.half_lives, len(known))
        merged.origin_ms = self.weights.origin_ms
        merged.values[:, slot[: len(current)]] = self.weights.values[:, : len(current)]
        merged.apply(slot[len(current) :], times, increments)
        kept = self._is_kept(merged, now_ms)
        merged.values = merged.values[:, kept]
        self._replace(known[kept], merged)

    def _merge_buffer(self, now_ms: int) -> None:
        """Sort the buffer in among the other pairs, and drop those below the minimum weight."""
        order = np.argsort(self._buffer.pairs)
        kept = self._is_kept(self.weights, now_ms)
        buffered = self._buffer.pairs[order], order + len(self._sorted)
        pairs, slots = _merge_sorted(self._sorted, *buffered, kept)
        self.weights.values = np.take(self.weights.values, slots, axis=1)
        self._replace(pairs, self.weights)

    def _is_kept(self, weights: DecayedCounts, now_ms: int) -> BoolArray:
        weakest = self._parameters.distance**-self._parameters.distance_decay
        weakest = weakest * (self._parameters.reverse or 1.0)
        return weights.values[-1] * weights.scale(now_ms)[-1] >= weakest * 2.0**-_MAX_AGE

    def snapshot(self) -> Arrays:
        """Return the pairs and their weights as arrays."""
        pairs = self._pairs()
        order = np.argsort(pairs)
        values = self.weights.values[:, : len(pairs)][:, order]
        newest = np.array([self._newest_ms])
        origin = self.weights.origin_ms.copy()
        return {"pairs": pairs[order], "values": values, "origin_ms": origin, "newest_ms": newest}

    def restore(self, arrays: Arrays) -> None:
        """Replace the pairs by those of a snapshot."""
        weights = DecayedCounts(self._parameters.half_lives, len(arrays["pairs"]))
        weights.restore(arrays)
        self._newest_ms = int(arrays["newest_ms"][0])
        self._replace(np.asarray(arrays["pairs"], np.int64), weights)


@jit_compiled
def _write_neighbours(
    row: int, item: int, pairs: tuple[LongArray, LongArray, LongArray], values: FloatArray, out: RowArrays
) -> None:
    """Write the neighbours of an item into a row, merging sorted and buffered pairs.

    Args:
        row: row number.
        item: position of the item.
        pairs: sorted pairs, buffered pairs, and the places of the item's among the latter, ascending by pair.
        values: weights, shape (half-lives, slots); the slots of buffered pairs follow the sorted ones.
        out: the rows.
    """
    sorted_pairs, buffer, places = pairs
    start = _lower_bound(sorted_pairs, item << ITEM_BITS)
    end = _lower_bound(sorted_pairs, (item + 1) << ITEM_BITS)
    count = end - start + len(places)
    items, slots, other = np.empty(count, np.int32), np.empty(count, np.int64), 0
    for column in range(count):
        is_buffered = other < len(places) and (start == end or buffer[places[other]] < sorted_pairs[start])
        pair = buffer[places[other]] if is_buffered else sorted_pairs[start]
        slots[column] = len(sorted_pairs) + places[other] if is_buffered else start
        items[column] = pair & ((1 << ITEM_BITS) - 1)
        if is_buffered:
            other += 1
        else:
            start += 1
    write_row(row, items, slots, values, out)


@jit_compiled
def _lower_bound(pairs: LongArray, pair: int) -> int:
    """Return the place of the first of some sorted pairs that is not below `pair`."""
    low, high = 0, len(pairs)
    while low < high:
        middle = (low + high) // 2
        if pairs[middle] < pair:
            low = middle + 1
        else:
            high = middle
    return low


@jit_compiled
def _merge_sorted(
    pairs: LongArray, others: LongArray, other_slots: LongArray, kept: BoolArray
) -> tuple[LongArray, LongArray]:
    """Merge two sorted arrays of pairs and return the pairs in order, and their slots.

    Args:
        pairs: the first array; a pair's slot is its place.
        others: the second array.
        other_slots: slots of the second array's pairs.
        kept: by slot, whether the pair is kept.
    """
    count = kept[: len(pairs) + len(others)].sum()
    merged, slots, place, other = np.empty(count, np.int64), np.empty(count, np.int64), 0, 0
    for slot in range(len(pairs) + 1):
        while other < len(others) and (slot == len(pairs) or others[other] < pairs[slot]):
            if kept[other_slots[other]]:
                merged[place], slots[place] = others[other], other_slots[other]
                place += 1
            other += 1
        if slot < len(pairs) and kept[slot]:
            merged[place], slots[place] = pairs[slot], slot
            place += 1
    return merged, slots


def _split(pairs: LongArray) -> tuple[IntArray, IntArray]:
    """Return the first and the second item of each pair."""
    return (pairs >> ITEM_BITS).astype(np.int32), (pairs & ((1 << ITEM_BITS) - 1)).astype(np.int32)


def _new_sequence(new: CountedInteractions, earlier: Histories, depth: int, since: int) -> _Sequence:
    """Order new interactions by user and time, with each user's last `depth` earlier ones before them.

    Only new interactions after `since` that add to the counts close pairs; users without one are left out.
    """
    interactions, closes = new.interactions, (new.interactions.time > since) & (new.increments > 0)
    is_active = np.zeros(int(interactions.user.max(initial=-1)) + 1, np.bool_)
    is_active[interactions.user[closes]] = True
    rows = np.flatnonzero(is_active[interactions.user])
    user, item, time = earlier.last(np.flatnonzero(is_active), depth)
    closes = np.concatenate([np.zeros(len(user), np.bool_), closes[rows]])
    user = np.concatenate([user, interactions.user[rows]])
    item = np.concatenate([item, interactions.item[rows]])
    time = np.concatenate([time, interactions.time[rows]])
    order = np.argsort(user, kind="stable")
    return user[order], item[order], time[order], closes[order]


def _whole_sequence(counted: CountedInteractions, since: int) -> _Sequence:
    """Order whole histories by user and time."""
    interactions = counted.interactions
    closes = (interactions.time > since) & (counted.increments > 0)
    order = np.argsort(interactions.user, kind="stable")
    return interactions.user[order], interactions.item[order], interactions.time[order], closes[order]
