"""What each reader has read, oldest first."""

from __future__ import annotations

import numpy as np

from script_shared.compiled import compiled
from script_shared.dataset import Interactions
from script_shared.state.late_reads import Chains, LateReads
from script_shared.types import Arrays, FeatureArray, IntArray, LongArray

#: From so many new interactions on, merging them is faster than keeping them beside.
_REBUILD_FROM = 5_000

History = tuple[IntArray, LongArray, FeatureArray]


class Histories:
    """Items, times and weights of each user's interactions.

    Most lie in flat arrays ordered by user and time, which can be mapped into memory; what came
    since lies beside them in the order in which it came, until there is enough to merge.
    """

    def __init__(self, users: int) -> None:
        self.offsets: LongArray = np.zeros(users + 1, np.int64)
        self.items: IntArray = np.empty(0, np.int32)
        self.times: LongArray = np.empty(0, np.int64)
        self.weights: FeatureArray = np.empty(0, np.float32)
        self._late = LateReads(users)

    def of(self, user: int) -> History:
        """Return items, times (ms UTC) and weights of one user, oldest first."""
        merged, late = self._merged(user), self._late_count(user)
        return _append(merged, self._late.of(user)) if late else merged

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

    def among(self, users: IntArray) -> tuple[IntArray, IntArray, LongArray, FeatureArray]:
        """Return user, item, time and weight of all interactions of `users`, in their order."""
        self._flush()
        starts, ends = self.offsets[users], self.offsets[users + 1]
        lengths = ends - starts
        rows = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return np.repeat(users, lengths), self.items[rows], self.times[rows], self.weights[rows]

    def of_all(self, users: IntArray) -> tuple[IntArray, IntArray, LongArray, FeatureArray]:
        """Return user, item, time and weight of all interactions of a few users, by user and time."""
        found = [self.of(user) for user in users.tolist()]
        lengths = [len(times) for _, times, _ in found]
        items, times, weights = (np.concatenate(part) for part in zip(*found, strict=True))
        return np.repeat(users, lengths), items, times, weights

    def last(self, users: IntArray, depth: int) -> tuple[IntArray, IntArray, LongArray]:
        """Return user, item and time of the last `depth` interactions of each of `users`."""
        return _last(users, depth, self.offsets, self.items, self.times, self._late.chains)

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
        self.offsets = offsets
        _sort(self.offsets, self.items, self.times, self.weights)

    def forget(self, user: int) -> None:
        """Overwrite what a user has read with one thing over and over; nobody may ask for it again."""
        self._late.forget(user)
        span = slice(int(self.offsets[user]), int(self.offsets[user + 1]))
        for column in (self.items, self.times, self.weights):
            column[span] = 0

    def _flush(self) -> None:
        user, item, time, weight = self._late.all()
        self._late = LateReads(len(self.offsets) - 1)
        if len(user):
            self._merge(Interactions(user, item, time, weight, np.empty((len(user), 0), np.int32)))

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        self._flush()
        return {"offsets": self.offsets, "items": self.items, "times": self.times, "weights": self.weights}

    def snapshot_first(self, users: int) -> Arrays:
        """Return the state of the first so many users as arrays."""
        arrays = self.snapshot()
        rows = arrays["offsets"][users]
        columns = {name: arrays[name][:rows] for name in ("items", "times", "weights")}
        return {"offsets": arrays["offsets"][: users + 1], **columns}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back, of as many users or fewer."""
        offsets = np.asarray(arrays["offsets"], np.int64)
        beyond = len(self.offsets) - len(offsets)
        self.offsets = np.concatenate([offsets, np.full(beyond, offsets[-1])]) if beyond else offsets
        self.items = np.asarray(arrays["items"], np.int32)
        self.times = np.asarray(arrays["times"], np.int64)
        self.weights = np.asarray(arrays["weights"], np.float32)
        self._late = LateReads(len(self.offsets) - 1)


def _append(merged: History, late: History) -> History:
    items = np.concatenate((merged[0], late[0]))
    times = np.concatenate((merged[1], late[1]))
    weights = np.concatenate((merged[2], late[2]))
    if not len(merged[1]) or late[1][0] >= merged[1][-1]:
        return items, times, weights
    order = np.argsort(times, kind="stable")
    return items[order], times[order], weights[order]


@compiled
def _sort(offsets: LongArray, items: IntArray, times: LongArray, weights: FeatureArray) -> None:
    """Put each user's interactions in order of time, in place; most are already."""
    for user in range(len(offsets) - 1):
        for row in range(offsets[user] + 1, offsets[user + 1]):
            item, time, weight, at = items[row], times[row], weights[row], row
            while at > offsets[user] and times[at - 1] > time:
                items[at], times[at], weights[at] = items[at - 1], times[at - 1], weights[at - 1]
                at -= 1
            items[at], times[at], weights[at] = item, time, weight


@compiled
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


@compiled
def _last(
    users: IntArray, depth: int, offsets: LongArray, items: IntArray, times: LongArray, late: Chains
) -> tuple[IntArray, IntArray, LongArray]:
    """Return the last interactions of each user, in order of time."""
    size = 0
    for user in users:
        size += min(depth, offsets[user + 1] - offsets[user] + late.counts[user])
    owner, item, time = np.empty(size, users.dtype), np.empty(size, items.dtype), np.empty(size, np.int64)
    end = 0
    for user in users:
        start, end = end, end + min(depth, offsets[user + 1] - offsets[user] + late.counts[user])
        row, merged = late.newest[user], offsets[user + 1] - 1
        for at in range(end - 1, start - 1, -1):
            owner[at] = user
            if row and (merged < offsets[user] or late.times[row - 1] >= times[merged]):
                item[at], time[at] = late.items[row - 1], late.times[row - 1]
                row = late.before[row - 1]
            else:
                item[at], time[at] = items[merged], times[merged]
                merged -= 1
    return owner, item, time
