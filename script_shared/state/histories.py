"""What each reader has read, oldest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.state.history_buffer import Chains, HistoryBuffer
from script_shared.types import Arrays, FeatureArray, IntArray, LongArray

#: From so many new interactions on, merging them is faster than keeping them beside.
_REBUILD_FROM = 5_000

History = tuple[IntArray, LongArray, FeatureArray]


class Past(NamedTuple):
    """Histories as compiled loops read them.

    Attributes:
        offsets: where each user's merged interactions begin, and at last where all end.
        items, times, weights: of the merged interactions, by user and time.
        late: those not merged yet.
    """

    offsets: LongArray
    items: IntArray
    times: LongArray
    weights: FeatureArray
    late: Chains


class Histories:
    """Items, times, weights and context keys of each user's interactions.

    Most lie in flat arrays ordered by user and time, which can be mapped into memory; what came
    since lies beside them in the order in which it came, until there is enough to merge.

    Args:
        users: how many there can be.
        contexts: how many context keys an interaction has.
    """

    def __init__(self, users: int, contexts: int) -> None:
        self.offsets: LongArray = np.zeros(users + 1, np.int64)
        self.items: IntArray = np.empty(0, np.int32)
        self.times: LongArray = np.empty(0, np.int64)
        self.weights: FeatureArray = np.empty(0, np.float32)
        self.keys: IntArray = np.empty((0, contexts), np.int32)
        self._late = self._no_late_reads()

    def _no_late_reads(self) -> HistoryBuffer:
        return HistoryBuffer(len(self.offsets) - 1, self.keys.shape[1])

    @property
    def past(self) -> Past:
        """What compiled loops need."""
        return Past(self.offsets, self.items, self.times, self.weights, self._late.chains)

    def of(self, user: int) -> History:
        """Return items, times (ms UTC) and weights of one user, oldest first."""
        merged, late = self._merged(user), self._late_count(user)
        if not late:
            return merged
        added = self._late.of(user)
        return _append(merged, (added.item, added.time, added.weight))

    def count(self, user: int) -> int:
        """Return how many interactions a user has."""
        return len(self._merged(user)[0]) + self._late_count(user)

    def _late_count(self, user: int) -> int:
        return int(self._late.counts[user]) if 0 <= user < len(self._late.counts) else 0

    def _merged(self, user: int) -> History:
        known = 0 <= user < len(self.offsets) - 1
        span = slice(int(self.offsets[user]), int(self.offsets[user + 1])) if known else slice(0)
        return self.items[span], self.times[span], self.weights[span]

    def counts(self) -> LongArray:
        """Return how many interactions each user has."""
        counts = np.diff(self.offsets)
        counts += self._late.counts
        return counts

    def among(self, users: IntArray) -> Interactions:
        """Return all interactions of `users`, by user in the order given, and time."""
        self._flush()
        return self._rows(users)

    def _rows(self, users: IntArray) -> Interactions:
        """Return the merged interactions of users."""
        starts, ends = self.offsets[users], self.offsets[users + 1]
        lengths = ends - starts
        rows = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return Interactions(
            np.repeat(users, lengths), self.items[rows], self.times[rows], self.weights[rows], self.keys[rows]
        )

    def of_all(self, users: IntArray) -> Interactions:
        """Return all interactions of a few users, in order of time."""
        parts = [self._rows(users), *(self._late.of(user) for user in users.tolist())]
        return Interactions.merge(parts)

    def readers_of(self, items: IntArray) -> IntArray:
        """Return who has interacted with items, each user once, ascending."""
        rows = np.flatnonzero(np.isin(self.items, items))
        merged = np.searchsorted(self.offsets, rows, "right") - 1
        return np.union1d(merged, self._late.readers_of(items)).astype(np.int32)

    def last(self, users: IntArray, depth: int) -> tuple[IntArray, IntArray, LongArray]:
        """Return user, item and time of the last `depth` interactions of each of `users`."""
        return _last(users, depth, self.past)

    def apply(self, new: Interactions) -> None:
        """Add interactions, in any order; each user's are kept in order of time."""
        if len(new) >= _REBUILD_FROM:
            self._merge(new)
        else:
            self._late.add(new)

    def _merge(self, new: Interactions) -> None:
        self._flush()
        offsets = self.offsets.copy()
        offsets[1:] += np.cumsum(np.bincount(new.user, minlength=len(offsets) - 1))
        order = _order(self.offsets, offsets, new.user)
        self.items = np.concatenate([self.items, new.item])[order]
        self.times = np.concatenate([self.times, new.time])[order]
        self.weights = np.concatenate([self.weights, new.weight])[order]
        self.keys = np.concatenate([self.keys, new.keys])[order]
        self.offsets = offsets
        _sort(self.offsets, self.items, self.times, self.weights, self.keys)

    def forget(self, user: int) -> None:
        """Overwrite what a user has read with one thing over and over; nobody may ask for it again."""
        self._late.forget(user)
        span = slice(int(self.offsets[user]), int(self.offsets[user + 1]))
        for column in (self.items, self.times, self.weights):
            column[span] = 0

    def _flush(self) -> None:
        late = self._late.all()
        self._late = self._no_late_reads()
        if len(late):
            self._merge(late)

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        self._flush()
        return {
            "offsets": self.offsets,
            "items": self.items,
            "times": self.times,
            "weights": self.weights,
            "keys": self.keys,
        }

    def snapshot_first(self, users: int) -> Arrays:
        """Return the state of the first so many users as arrays."""
        arrays = self.snapshot()
        offsets = arrays["offsets"][: users + 1]
        columns = {name: array[: offsets[-1]] for name, array in arrays.items() if name != "offsets"}
        return {"offsets": offsets, **columns}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back, of as many users or fewer."""
        offsets = np.asarray(arrays["offsets"], np.int64)
        beyond = len(self.offsets) - len(offsets)
        self.offsets = np.concatenate([offsets, np.full(beyond, offsets[-1])]) if beyond else offsets
        self.items = np.asarray(arrays["items"], np.int32)
        self.times = np.asarray(arrays["times"], np.int64)
        self.weights = np.asarray(arrays["weights"], np.float32)
        self.keys = np.asarray(arrays["keys"], np.int32)
        self._late = self._no_late_reads()


def _append(merged: History, late: History) -> History:
    items = np.concatenate((merged[0], late[0]))
    times = np.concatenate((merged[1], late[1]))
    weights = np.concatenate((merged[2], late[2]))
    if not len(merged[1]) or late[1][0] >= merged[1][-1]:
        return items, times, weights
    order = np.argsort(times, kind="stable")
    return items[order], times[order], weights[order]


@jit_compiled
def _sort(
    offsets: LongArray, items: IntArray, times: LongArray, weights: FeatureArray, keys: IntArray
) -> None:
    """Put each user's interactions in order of time, in place; most are already."""
    for user in range(len(offsets) - 1):
        for row in range(offsets[user] + 1, offsets[user + 1]):
            if times[row - 1] <= times[row]:
                continue
            item, time, weight, own, at = items[row], times[row], weights[row], keys[row].copy(), row
            while at > offsets[user] and times[at - 1] > time:
                items[at], times[at], weights[at] = items[at - 1], times[at - 1], weights[at - 1]
                keys[at] = keys[at - 1]
                at -= 1
            items[at], times[at], weights[at] = item, time, weight
            keys[at] = own


@jit_compiled
def _order(before: LongArray, after: LongArray, users: IntArray) -> LongArray:
    """Return the order that puts new interactions behind each user's own.

    Args:
        before: where each user's begin, and at last where all end.
        after: the same with the new ones among them.
        users: of the new ones, in order of time.
    """
    order, ends = np.empty(after[-1], np.int64), np.empty(len(after) - 1, np.int64)
    for user in range(len(ends)):
        ends[user] = after[user]
        for at in range(before[user], before[user + 1]):
            order[ends[user]] = at
            ends[user] += 1
    for at in range(len(users)):
        order[ends[users[at]]] = before[-1] + at
        ends[users[at]] += 1
    return order


@jit_compiled
def _last(users: IntArray, depth: int, past: Past) -> tuple[IntArray, IntArray, LongArray]:
    """Return user, item and time of the last interactions of each user, in order of time."""
    offsets, late = past.offsets, past.late
    size = 0
    for user in users:
        size += min(depth, offsets[user + 1] - offsets[user] + late.counts[user])
    owner, item, time = np.empty(size, users.dtype), np.empty(size, np.int32), np.empty(size, np.int64)
    weight, end = np.empty(size, np.float32), 0
    for user in users:
        start, end = end, end + min(depth, offsets[user + 1] - offsets[user] + late.counts[user])
        owner[start:end] = user
        _fill_last(user, past, item[start:end], time[start:end], weight[start:end])
    return owner, item, time


@jit_compiled
def last_interactions(user: int, depth: int, past: Past) -> History:
    """Return items, times and weights of the last `depth` interactions of one user, in order of time."""
    size = min(depth, past.offsets[user + 1] - past.offsets[user] + past.late.counts[user])
    item, time, weight = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.float32)
    _fill_last(user, past, item, time, weight)
    return item, time, weight


@jit_compiled
def _fill_last(user: int, past: Past, item: IntArray, time: LongArray, weight: FeatureArray) -> None:
    """Write as many of a user's last interactions as there is room for, in order of time."""
    late = past.late
    row, merged = late.newest[user], past.offsets[user + 1] - 1
    for at in range(len(item) - 1, -1, -1):
        if row and (merged < past.offsets[user] or late.times[row - 1] >= past.times[merged]):
            item[at], time[at], weight[at] = late.items[row - 1], late.times[row - 1], late.weights[row - 1]
            row = late.before[row - 1]
        else:
            item[at], time[at], weight[at] = past.items[merged], past.times[merged], past.weights[merged]
            merged -= 1
