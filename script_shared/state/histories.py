"""What each reader has read, oldest first."""

from __future__ import annotations

import numpy as np

from script_shared.dataset import Interactions
from script_shared.types import Arrays, FeatureArray, IntArray, LongArray

#: From so many new interactions on, merging them is faster than keeping them beside.
_REBUILD_FROM = 5_000
_FEW_USERS = 2_000

History = tuple[IntArray, LongArray, FeatureArray]


class Histories:
    """Items, times and weights of each user's interactions.

    Most lie in flat arrays ordered by user and time, which can be mapped into memory; what came
    since lies in small lists beside them until there is enough to merge.
    """

    def __init__(self, users: int) -> None:
        self.offsets: LongArray = np.zeros(users + 1, np.int64)
        self.items: IntArray = np.empty(0, np.int32)
        self.times: LongArray = np.empty(0, np.int64)
        self.weights: FeatureArray = np.empty(0, np.float32)
        self._recent: dict[int, list[tuple[int, int, float]]] = {}

    def of(self, user: int) -> History:
        """Return items, times (ms UTC) and weights of one user, oldest first."""
        merged = self._merged(user)
        return _append(merged, self._recent[user]) if user in self._recent else merged

    def count(self, user: int) -> int:
        """Return how many interactions a user has."""
        known = 0 <= user < len(self.offsets) - 1
        merged = int(self.offsets[user + 1] - self.offsets[user]) if known else 0
        return merged + len(self._recent.get(user, ()))

    def _merged(self, user: int) -> History:
        known = 0 <= user < len(self.offsets) - 1
        span = slice(int(self.offsets[user]), int(self.offsets[user + 1])) if known else slice(0)
        return self.items[span], self.times[span], self.weights[span]

    def counts(self) -> LongArray:
        """Return how many interactions each user has."""
        counts = np.diff(self.offsets)
        for user, rows in self._recent.items():
            counts[user] += len(rows)
        return counts

    def among(self, users: IntArray) -> tuple[IntArray, IntArray, LongArray, FeatureArray]:
        """Return user, item, time and weight of all interactions of `users`, in their order."""
        user, rows = self._rows(users)
        return user, self.items[rows], self.times[rows], self.weights[rows]

    def last(self, users: IntArray, depth: int) -> tuple[IntArray, IntArray, LongArray]:
        """Return user, item and time of the last `depth` interactions of each of `users`."""
        if len(users) >= _FEW_USERS:
            self._flush()
        user, rows = self._merged_rows(users, depth)
        late = [
            (user, item, time)
            for user in users.tolist()
            for item, time, _ in self._recent.get(user, ())[-depth:]
        ]
        if not late:
            return user, self.items[rows], self.times[rows]
        columns = np.array(late, np.int64).T
        user = np.concatenate([user, columns[0]])
        kept = _last_of_each(user, depth)
        item = np.concatenate([self.items[rows], columns[1].astype(np.int32)])
        return user[kept], item[kept], np.concatenate([self.times[rows], columns[2]])[kept]

    def _rows(self, users: IntArray, depth: int | None = None) -> tuple[IntArray, LongArray]:
        """Return user and row of the interactions of `users`, the last `depth` of each or all."""
        self._flush()
        return self._merged_rows(users, depth)

    def _merged_rows(self, users: IntArray, depth: int | None) -> tuple[IntArray, LongArray]:
        starts, ends = self.offsets[users], self.offsets[users + 1]
        lengths = ends - (starts if depth is None else np.maximum(starts, ends - depth))
        rows = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return np.repeat(users, lengths), rows

    def apply(self, new: Interactions) -> None:
        """Append interactions; a user's own must arrive in order of time."""
        if len(new) >= _REBUILD_FROM:
            self._merge(new)
            return
        rows = zip(new.user.tolist(), new.item.tolist(), new.time.tolist(), new.weight.tolist(), strict=True)
        for user, item, time, weight in rows:
            self._recent.setdefault(user, []).append((item, time, weight))

    def _merge(self, new: Interactions) -> None:
        self._flush()
        user = np.concatenate([np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets)), new.user])
        order = np.argsort(user, kind="stable")
        self.items = np.concatenate([self.items, new.item])[order]
        self.times = np.concatenate([self.times, new.time])[order]
        self.weights = np.concatenate([self.weights, new.weight])[order]
        counts = np.bincount(user, minlength=len(self.offsets) - 1)
        self.offsets = np.concatenate([[0], np.cumsum(counts)])

    def forget(self, user: int) -> None:
        """Overwrite what a user has read with one thing over and over; nobody may ask for it again."""
        self._recent.pop(user, None)
        span = slice(int(self.offsets[user]), int(self.offsets[user + 1]))
        for column in (self.items, self.times, self.weights):
            column[span] = 0

    def _flush(self) -> None:
        recent, self._recent = self._recent, {}
        rows = [(user, *row) for user, rows in recent.items() for row in rows]
        if rows:
            user, item, time, weight = (np.array(column) for column in zip(*rows, strict=True))
            no_keys = np.empty((len(rows), 0), np.int32)
            self._merge(
                Interactions(
                    user.astype(np.int32), item.astype(np.int32), time, weight.astype(np.float32), no_keys
                )
            )

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        self._flush()
        return {"offsets": self.offsets, "items": self.items, "times": self.times, "weights": self.weights}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back, of as many users or fewer."""
        offsets = np.asarray(arrays["offsets"], np.int64)
        beyond = len(self.offsets) - len(offsets)
        self.offsets = np.concatenate([offsets, np.full(beyond, offsets[-1])]) if beyond else offsets
        self.items = np.asarray(arrays["items"], np.int32)
        self.times = np.asarray(arrays["times"], np.int64)
        self.weights = np.asarray(arrays["weights"], np.float32)
        self._recent = {}


def _last_of_each(user: IntArray, depth: int) -> LongArray:
    """Return the last `depth` places of each user, users together, places in their order."""
    order = np.argsort(user, kind="stable")
    ordered = user[order]
    left = np.searchsorted(ordered, ordered, side="right") - np.arange(len(ordered))
    return order[left <= depth]


def _append(merged: History, rows: list[tuple[int, int, float]]) -> History:
    items, times, weights = zip(*rows, strict=True)
    return (
        np.concatenate([merged[0], np.array(items, np.int32)]),
        np.concatenate([merged[1], np.array(times, np.int64)]),
        np.concatenate([merged[2], np.array(weights, np.float32)]),
    )
