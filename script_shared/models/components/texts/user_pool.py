"""The users of one kind among whom similar ones are searched."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.models.components.texts.coarse_search import CoarseTable
from script_shared.models.kernels import compare_rows, grow_table, top_rows
from script_shared.types import FeatureArray, IntArray, LongArray

#: A published time that never comes: of removed users.
_NEVER = np.iinfo(np.int64).max


class PoolParameters(BaseModel):
    """How similar users are searched.

    Attributes:
        users: maximum number of users of a kind, the newest; undated ones are left out if others have a
            date.
        exact_up_to: in a pool of more users a coarse search selects whom to compare.
        compared: number of users that are compared after a coarse search.
        columns: number of coordinates of each user that a coarse search reads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: int = 1_000_000
    exact_up_to: int = 50_000
    compared: int = 8_000
    columns: int = 32


class UserPool:
    """Users and their vectors.

    Args:
        users: positions, distinct; of equally similar ones the earlier is found first.
        published_ms: one a user, ms UTC.
        vectors: of length 1, shape (users, dimensions).
        parameters: how to search.
    """

    def __init__(
        self, users: IntArray, published_ms: LongArray, vectors: FeatureArray, parameters: PoolParameters
    ) -> None:
        self._users, self._published_ms, self._size = users, published_ms, len(users)
        self._vectors, self._parameters = np.ascontiguousarray(vectors), parameters
        self._newest_ms = int(published_ms.max(initial=0))
        self._rows = np.full(int(users.max(initial=-1)) + 1, -1, np.int32)
        self._rows[users] = np.arange(len(users))
        self._coarse: CoarseTable | None = None
        if len(users) > parameters.exact_up_to:
            self._coarse = CoarseTable(self._vectors, parameters.columns)

    def remove(self, users: IntArray) -> None:
        """Find users no more; unknown ones are ignored."""
        rows = self._rows[users[users < len(self._rows)]]
        self._published_ms[rows[rows >= 0]] = _NEVER

    def store(self, users: IntArray, published_ms: LongArray, vectors: FeatureArray) -> None:
        """Add new users and replace the vectors of known ones; arguments as those of the class."""
        if not len(users):
            return
        known = len(self._rows)
        self._rows = grow_table(self._rows, int(users.max()) + 1)
        self._rows[known:] = -1
        is_new = self._rows[users] < 0
        self._rows[users[is_new]] = self._size + np.arange(is_new.sum())
        self._size += int(is_new.sum())
        rows = self._rows[users].astype(np.int64)
        self._users = grow_table(self._users, self._size)
        self._published_ms = grow_table(self._published_ms, self._size)
        self._vectors = grow_table(self._vectors, self._size)
        self._users[rows], self._published_ms[rows], self._vectors[rows] = users, published_ms, vectors
        self._newest_ms = max(self._newest_ms, int(published_ms.max()))
        if self._coarse is not None:
            self._coarse.store(rows, vectors)

    def search(self, vector: FeatureArray, now_ms: int, n: int) -> tuple[IntArray, FeatureArray]:
        """Return the `n` users with the highest positive cosines, best first, and the cosines.

        Args:
            vector: of length 1, shape (dimensions,).
            now_ms: users published later are left out, ms UTC.
            n: maximum number of users.
        """
        if self._coarse is None:
            cosines = self._vectors[: self._size] @ vector
            cosines[self._published_ms[: self._size] > now_ms] = 0
            best = top_rows(cosines, n)
            best = best[cosines[best] > 0]
            return self._users[best], cosines[best]
        rows = self._coarse.search(vector, self._size, self._parameters.compared, self._find_later(now_ms))
        cosines = compare_rows(self._vectors, rows, vector)
        cosines[self._published_ms[rows] > now_ms] = 0
        best = top_rows(cosines, n)
        best = best[cosines[best] > 0]
        return self._users[rows[best]], cosines[best]

    def _find_later(self, now_ms: int) -> LongArray:
        """Return the rows of the users published later; removed ones are too few to search for."""
        if self._newest_ms <= now_ms:
            return np.empty(0, np.int64)
        return np.flatnonzero(self._published_ms[: self._size] > now_ms)
