"""The interactions of each user, oldest first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.state.history_buffer import BufferArrays, HistoryBuffer
from script_shared.types import Arrays, FeatureArray, IntArray, LongArray

#: Batches of this size or larger are merged at once, which is then faster than buffering them.
_MERGE_SIZE = 5_000

#: Items, times (ms UTC) and weights.
History = tuple[IntArray, LongArray, FeatureArray]


class HistoryArrays(NamedTuple):
    """Histories as compiled loops take them.

    Attributes:
        offsets: start of each user's merged interactions, and at last the end of all.
        items, times, weights: of the merged interactions, by user and time.
        buffer: interactions not merged yet.
    """

    offsets: LongArray
    items: IntArray
    times: LongArray
    weights: FeatureArray
    buffer: BufferArrays


class Histories:
    """Items, times, weights and context keys of each user's interactions.

    Merged interactions are flat arrays ordered by user and time, which can be memory-mapped. New ones are
    buffered, and merged when they are many or when a caller needs the flat arrays.

    Args:
        users: number of users.
        contexts: number of context keys of an interaction.
    """

    def __init__(self, users: int, contexts: int) -> None:
        self.offsets: LongArray = np.zeros(users + 1, np.int64)
        self.items: IntArray = np.empty(0, np.int32)
        self.times: LongArray = np.empty(0, np.int64)
        self.weights: FeatureArray = np.empty(0, np.float32)
        self.keys: IntArray = np.empty((0, contexts), np.int32)
        self._buffer = self._make_buffer()

    def _make_buffer(self) -> HistoryBuffer:
        return HistoryBuffer(len(self.offsets) - 1, self.keys.shape[1])

    @property
    def arrays(self) -> HistoryArrays:
        """The histories as compiled loops take them."""
        return HistoryArrays(self.offsets, self.items, self.times, self.weights, self._buffer.arrays)

    def get(self, user: int) -> History:
        """Return items, times (ms UTC) and weights of one user, oldest first."""
        merged = self._merged(user)
        if not self._buffered_count(user):
            return merged
        new = self._buffer.get(user)
        return _append(merged, (new.item, new.time, new.weight))

    def count(self, user: int) -> int:
        """Return the number of a user's interactions."""
        return len(self._merged(user)[0]) + self._buffered_count(user)

    def _buffered_count(self, user: int) -> int:
        return int(self._buffer.counts[user]) if 0 <= user < len(self._buffer.counts) else 0

    def _merged(self, user: int) -> History:
        is_known = 0 <= user < len(self.offsets) - 1
        rows = slice(int(self.offsets[user]), int(self.offsets[user + 1])) if is_known else slice(0)
        return self.items[rows], self.times[rows], self.weights[rows]

    def count_all(self) -> LongArray:
        """Return the number of interactions of each user."""
        counts = np.diff(self.offsets)
        counts += self._buffer.counts
        return counts

    def select_by_user(self, users: IntArray) -> Interactions:
        """Return all interactions of `users`, in the order of `users`, then of time."""
        self._merge_buffer()
        return self._take_merged(users)

    def _take_merged(self, users: IntArray) -> Interactions:
        starts, ends = self.offsets[users], self.offsets[users + 1]
        lengths = ends - starts
        rows = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return Interactions(
            np.repeat(users, lengths), self.items[rows], self.times[rows], self.weights[rows], self.keys[rows]
        )

    def select_by_time(self, users: IntArray) -> Interactions:
        """Return all interactions of a few users, in order of time."""
        buffered = (self._buffer.get(user) for user in users.tolist())
        return Interactions.merge([self._take_merged(users), *buffered])

    def find_users(self, items: IntArray) -> IntArray:
        """Return the users who interacted with any of `items`, each once, ascending."""
        rows = np.flatnonzero(np.isin(self.items, items))
        merged = np.searchsorted(self.offsets, rows, "right") - 1
        return np.union1d(merged, self._buffer.find_users(items)).astype(np.int32)

    def last(self, users: IntArray, depth: int) -> tuple[IntArray, IntArray, LongArray]:
        """Return user, item and time of the last `depth` interactions of each of `users`."""
        return _last_of_users(users, depth, self.arrays)

    def apply(self, new: Interactions) -> None:
        """Add interactions, in any order; each user's history stays in order of time."""
        if len(new) >= _MERGE_SIZE:
            self._merge(new)
        else:
            self._buffer.append(new)

    def _merge(self, new: Interactions) -> None:
        self._merge_buffer()
        offsets = self.offsets.copy()
        offsets[1:] += np.cumsum(np.bincount(new.user, minlength=len(offsets) - 1))
        order = _merge_order(self.offsets, offsets, new.user)
        self.items = np.concatenate([self.items, new.item])[order]
        self.times = np.concatenate([self.times, new.time])[order]
        self.weights = np.concatenate([self.weights, new.weight])[order]
        self.keys = np.concatenate([self.keys, new.keys])[order]
        self.offsets = offsets
        _sort_by_time(self.offsets, self.items, self.times, self.weights, self.keys)

    def forget(self, user: int) -> None:
        """Overwrite a user's interactions with zeros; the user must not be queried again."""
        self._buffer.forget(user)
        rows = slice(int(self.offsets[user]), int(self.offsets[user + 1]))
        for column in (self.items, self.times, self.weights):
            column[rows] = 0

    def _merge_buffer(self) -> None:
        buffered = self._buffer.get_all()
        self._buffer = self._make_buffer()
        if len(buffered):
            self._merge(buffered)

    def snapshot(self) -> Arrays:
        """Return the histories as arrays."""
        self._merge_buffer()
        return {name: getattr(self, name) for name in ("offsets", "items", "times", "weights", "keys")}

    def snapshot_users(self, count: int) -> Arrays:
        """Return the histories of the first `count` users as arrays."""
        arrays = self.snapshot()
        offsets = arrays["offsets"][: count + 1]
        columns = {name: array[: offsets[-1]] for name, array in arrays.items() if name != "offsets"}
        return {"offsets": offsets, **columns}

    def restore(self, arrays: Arrays) -> None:
        """Replace the histories by those of a snapshot of as many users or fewer."""
        offsets = np.asarray(arrays["offsets"], np.int64)
        missing = len(self.offsets) - len(offsets)
        self.offsets = np.concatenate([offsets, np.full(missing, offsets[-1])]) if missing else offsets
        self.items = np.asarray(arrays["items"], np.int32)
        self.times = np.asarray(arrays["times"], np.int64)
        self.weights = np.asarray(arrays["weights"], np.float32)
        self.keys = np.asarray(arrays["keys"], np.int32)
        self._buffer = self._make_buffer()


def _append(merged: History, buffered: History) -> History:
    items = np.concatenate((merged[0], buffered[0]))
    times = np.concatenate((merged[1], buffered[1]))
    weights = np.concatenate((merged[2], buffered[2]))
    if not len(merged[1]) or buffered[1][0] >= merged[1][-1]:
        return items, times, weights
    order = np.argsort(times, kind="stable")
    return items[order], times[order], weights[order]


@jit_compiled
def _sort_by_time(
    offsets: LongArray, items: IntArray, times: LongArray, weights: FeatureArray, keys: IntArray
) -> None:
    """Sort each user's interactions by time, in place, by insertion: most are sorted already."""
    for user in range(len(offsets) - 1):
        for row in range(offsets[user] + 1, offsets[user + 1]):
            if times[row - 1] <= times[row]:
                continue
            item, time, weight, row_keys, target = items[row], times[row], weights[row], keys[row].copy(), row
            while target > offsets[user] and times[target - 1] > time:
                items[target], times[target] = items[target - 1], times[target - 1]
                weights[target], keys[target] = weights[target - 1], keys[target - 1]
                target -= 1
            items[target], times[target], weights[target] = item, time, weight
            keys[target] = row_keys


@jit_compiled
def _merge_order(before: LongArray, after: LongArray, users: IntArray) -> LongArray:
    """Return the order that puts new interactions behind the earlier ones of their users.

    Args:
        before: offsets of the users without the new interactions.
        after: offsets of the users with them.
        users: of the new interactions, in order of time.
    """
    order, ends = np.empty(after[-1], np.int64), np.empty(len(after) - 1, np.int64)
    for user in range(len(ends)):
        ends[user] = after[user]
        for row in range(before[user], before[user + 1]):
            order[ends[user]] = row
            ends[user] += 1
    for row in range(len(users)):
        order[ends[users[row]]] = before[-1] + row
        ends[users[row]] += 1
    return order


@jit_compiled
def _last_of_users(
    users: IntArray, depth: int, histories: HistoryArrays
) -> tuple[IntArray, IntArray, LongArray]:
    """Return user, item and time of the last interactions of each user, in order of time."""
    offsets, buffered = histories.offsets, histories.buffer.counts
    size = 0
    for user in users:
        size += min(depth, offsets[user + 1] - offsets[user] + buffered[user])
    owner, item, time = np.empty(size, users.dtype), np.empty(size, np.int32), np.empty(size, np.int64)
    weight, end = np.empty(size, np.float32), 0
    for user in users:
        start, end = end, end + min(depth, offsets[user + 1] - offsets[user] + buffered[user])
        owner[start:end] = user
        _write_last(user, histories, item[start:end], time[start:end], weight[start:end])
    return owner, item, time


@jit_compiled
def last_of_user(user: int, depth: int, histories: HistoryArrays) -> History:
    """Return items, times and weights of the last `depth` interactions of one user, in order of time."""
    merged = histories.offsets[user + 1] - histories.offsets[user]
    size = min(depth, merged + histories.buffer.counts[user])
    item, time, weight = np.empty(size, np.int32), np.empty(size, np.int64), np.empty(size, np.float32)
    _write_last(user, histories, item, time, weight)
    return item, time, weight


@jit_compiled
def _write_last(
    user: int, histories: HistoryArrays, item: IntArray, time: LongArray, weight: FeatureArray
) -> None:
    """Fill `item`, `time` and `weight` with a user's last interactions, in order of time."""
    buffer, start = histories.buffer, histories.offsets[user]
    row, merged = buffer.newest[user], histories.offsets[user + 1] - 1
    for place in range(len(item) - 1, -1, -1):
        if row and (merged < start or buffer.times[row - 1] >= histories.times[merged]):
            item[place], time[place] = buffer.items[row - 1], buffer.times[row - 1]
            weight[place] = buffer.weights[row - 1]
            row = buffer.previous[row - 1]
        else:
            item[place], time[place] = histories.items[merged], histories.times[merged]
            weight[place] = histories.weights[merged]
            merged -= 1
