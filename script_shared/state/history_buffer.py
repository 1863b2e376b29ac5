"""Interactions not yet merged into the sorted histories: an append-only buffer, linked per user."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, IntArray, LongArray

_MIN_CAPACITY = 1_024

#: The user of a row whose user was forgotten.
_FORGOTTEN = -1


class BufferArrays(NamedTuple):
    """A linked list of rows per user, newest first; of two rows of one time the later appended is first.

    Row numbers are stored plus one: 0 ends a list, and memory that was never written takes no space.

    Attributes:
        counts: number of rows of each user.
        newest: newest row of each user.
        previous: by row, the row of the same user before it.
        items, times, weights: by row.
    """

    counts: IntArray
    newest: IntArray
    previous: IntArray
    items: IntArray
    times: LongArray
    weights: FeatureArray


class HistoryBuffer:
    """Interactions in the order they were appended, linked per user in order of time.

    Args:
        users: number of users.
        contexts: number of context keys of an interaction.

    Attributes:
        counts: number of buffered interactions of each user.
    """

    def __init__(self, users: int, contexts: int) -> None:
        self._size = 0
        self._newest = np.zeros(users, np.int32)
        self.counts = np.zeros(users, np.int32)
        self._user, self._item, self._previous = (np.zeros(_MIN_CAPACITY, np.int32) for _ in range(3))
        self._time = np.zeros(_MIN_CAPACITY, np.int64)
        self._weight = np.zeros(_MIN_CAPACITY, np.float32)
        self._keys = np.zeros((_MIN_CAPACITY, contexts), np.int32)

    @property
    def arrays(self) -> BufferArrays:
        """The buffer as compiled loops take it."""
        return BufferArrays(self.counts, self._newest, self._previous, self._item, self._time, self._weight)

    def append(self, new: Interactions) -> None:
        """Append interactions in the order given."""
        start, self._size = self._size, self._size + len(new)
        if self._size > len(self._time):
            self._grow()
        rows = slice(start, self._size)
        self._user[rows], self._item[rows] = new.user, new.item
        self._time[rows], self._weight[rows], self._keys[rows] = new.time, new.weight, new.keys
        _link_rows(self._user, self._time, start, self._size, self.arrays)

    def _grow(self) -> None:
        capacity = 2 * self._size
        for name in ("_user", "_item", "_previous", "_time", "_weight", "_keys"):
            column: np.ndarray = getattr(self, name)
            grown = np.zeros((capacity, *column.shape[1:]), column.dtype)
            grown[: len(column)] = column
            setattr(self, name, grown)

    def get(self, user: int) -> Interactions:
        """Return a user's buffered interactions, in order of time."""
        return self._take(_user_rows(self.counts[user], self._newest[user], self._previous))

    def get_all(self) -> Interactions:
        """Return all buffered interactions, in the order they were appended."""
        return self._take(np.flatnonzero(self._user[: self._size] != _FORGOTTEN))

    def find_users(self, items: IntArray) -> IntArray:
        """Return the users who interacted with items, unordered and with repeats."""
        users = self._user[: self._size][np.isin(self._item[: self._size], items)]
        return users[users != _FORGOTTEN]

    def _take(self, rows: LongArray) -> Interactions:
        return Interactions(
            self._user[rows], self._item[rows], self._time[rows], self._weight[rows], self._keys[rows]
        )

    def forget(self, user: int) -> None:
        """Overwrite a user's buffered interactions."""
        rows = _user_rows(self.counts[user], self._newest[user], self._previous)
        self._user[rows] = _FORGOTTEN
        self._item[rows], self._time[rows], self._weight[rows] = 0, 0, 0.0
        self.counts[user] = self._newest[user] = 0


@jit_compiled
def _link_rows(user: IntArray, time: LongArray, start: int, end: int, buffer: BufferArrays) -> None:
    """Insert the rows from `start` to `end` into their users' linked lists."""
    for row in range(start, end):
        owner, later, earlier = user[row], 0, buffer.newest[user[row]]
        while earlier and time[earlier - 1] > time[row]:
            later, earlier = earlier, buffer.previous[earlier - 1]
        buffer.previous[row] = earlier
        if later:
            buffer.previous[later - 1] = row + 1
        else:
            buffer.newest[owner] = row + 1
        buffer.counts[owner] += 1


@jit_compiled
def _user_rows(count: int, newest: int, previous: IntArray) -> LongArray:
    """Return the rows of a user's linked list, in order of time."""
    rows, row = np.empty(count, np.int64), newest
    for place in range(count - 1, -1, -1):
        rows[place] = row - 1
        row = previous[row - 1]
    return rows
