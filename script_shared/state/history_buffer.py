"""Reads that have not been put in order of readers yet, each tied to the same reader's one before."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, IntArray, LongArray

_LEAST_ROOM = 1_024

#: A reader of no read any more.
_NOBODY = -1


class Chains(NamedTuple):
    """What compiled loops look at; rows are numbers plus one, 0 is none.

    Attributes:
        counts, newest: how many rows a reader has, and the newest.
        before: by row, the same reader's row before it.
        items, times, weights: by row.
    """

    counts: IntArray
    newest: IntArray
    before: IntArray
    items: IntArray
    times: LongArray
    weights: FeatureArray


class HistoryBuffer:
    """Rows in the order in which they came, and for each reader a chain of them in order of time.

    Args:
        users: how many readers there can be.
        contexts: how many context keys a read has.
    """

    def __init__(self, users: int, contexts: int) -> None:
        self._count = 0
        # Rows are kept plus one, so that 0 is none, and memory that nobody wrote takes no room.
        self._newest = np.zeros(users, np.int32)
        self._counts = np.zeros(users, np.int32)
        self._user, self._item, self._before = (np.zeros(_LEAST_ROOM, np.int32) for _ in range(3))
        self._time = np.zeros(_LEAST_ROOM, np.int64)
        self._weight = np.zeros(_LEAST_ROOM, np.float32)
        self._keys = np.zeros((_LEAST_ROOM, contexts), np.int32)

    @property
    def chains(self) -> Chains:
        """The reads of each reader, newest first; of two at one time the one that came last is first."""
        return Chains(self._counts, self._newest, self._before, self._item, self._time, self._weight)

    @property
    def counts(self) -> IntArray:
        """How many reads there are of each reader."""
        return self._counts

    def add(self, new: Interactions) -> None:
        """Take reads in their order."""
        first, self._count = self._count, self._count + len(new)
        if self._count > len(self._time):
            self._grow()
        rows = slice(first, self._count)
        self._user[rows], self._item[rows] = new.user, new.item
        self._time[rows], self._weight[rows], self._keys[rows] = new.time, new.weight, new.keys
        _tie(self._user, self._time, first, self._count, self.chains)

    def _grow(self) -> None:
        room = 2 * self._count
        for name in ("_user", "_item", "_before", "_time", "_weight", "_keys"):
            held: np.ndarray = getattr(self, name)
            grown = np.zeros((room, *held.shape[1:]), held.dtype)
            grown[: len(held)] = held
            setattr(self, name, grown)

    def of(self, user: int) -> Interactions:
        """Return a reader's reads, in order of time."""
        return self._take(_chain(self._counts[user], self._newest[user], self._before))

    def all(self) -> Interactions:
        """Return all reads, in the order in which they came."""
        return self._take(np.flatnonzero(self._user[: self._count] != _NOBODY))

    def readers_of(self, items: IntArray) -> IntArray:
        """Return the readers of items, in no order."""
        readers = self._user[: self._count][np.isin(self._item[: self._count], items)]
        return readers[readers != _NOBODY]

    def _take(self, rows: LongArray) -> Interactions:
        return Interactions(
            self._user[rows], self._item[rows], self._time[rows], self._weight[rows], self._keys[rows]
        )

    def forget(self, user: int) -> None:
        """Overwrite what a reader has read."""
        rows = _chain(self._counts[user], self._newest[user], self._before)
        self._user[rows] = _NOBODY
        self._item[rows], self._time[rows], self._weight[rows] = 0, 0, 0.0
        self._counts[user] = self._newest[user] = 0


@jit_compiled
def _tie(user: IntArray, time: LongArray, first: int, end: int, chains: Chains) -> None:
    """Insert rows into their readers' chains, which descend in time."""
    for row in range(first, end):
        owner, after, row_before = user[row], 0, chains.newest[user[row]]
        while row_before and time[row_before - 1] > time[row]:
            after, row_before = row_before, chains.before[row_before - 1]
        chains.before[row] = row_before
        if after:
            chains.before[after - 1] = row + 1
        else:
            chains.newest[owner] = row + 1
        chains.counts[owner] += 1


@jit_compiled
def _chain(count: int, newest: int, before: IntArray) -> LongArray:
    rows, row = np.empty(count, np.int64), newest
    for at in range(count - 1, -1, -1):
        rows[at] = row - 1
        row = before[row - 1]
    return rows
