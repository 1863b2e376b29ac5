"""The interface of a peer, and the data that it is fitted on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray, LongArray


@dataclass(frozen=True, slots=True)
class Interactions:
    """The interactions before a moment as columns, in order of time; all ids are integers from 0.

    Attributes:
        user: the user in protocol P1, the session in protocol P2: the row of the interaction matrix.
        session: the session.
        item: position of the item; positions follow the order of item ids.
        time_ms: ms UTC.
        window_start_ms: start of the session's window, or `time_ms` in a protocol without windows, ms UTC.
        item_count: number of items.
        now_ms: the moment, ms UTC.
    """

    user: IntArray
    session: IntArray
    item: IntArray
    time_ms: LongArray
    window_start_ms: LongArray
    item_count: int
    now_ms: int

    def since(self, hours: float) -> Interactions:
        """Return the interactions whose window started within the last hours."""
        kept = self.window_start_ms >= self.now_ms - hours * MS_PER_HOUR
        columns = (self.user, self.session, self.item, self.time_ms, self.window_start_ms)
        return Interactions(*(column[kept] for column in columns), self.item_count, self.now_ms)

    def matrix(self) -> tuple[csr_matrix, IntArray]:
        """Return the binary matrix of users × items, and the user of each row."""
        users, rows = np.unique(self.user, return_inverse=True)
        ones = np.ones(len(rows), np.float32)
        matrix = csr_matrix((ones, (rows, self.item)), (len(users), self.item_count))
        matrix.data[:] = 1.0
        return matrix, users


@dataclass(frozen=True, slots=True)
class Query:
    """A request for a list.

    Attributes:
        user: as in the interactions, which may not contain it.
        items: the user's interactions so far, oldest first; none of them may be recommended.
    """

    user: int
    items: IntArray


class Peer(ABC):
    """A recommender."""

    @abstractmethod
    def fit(self, interactions: Interactions) -> None:
        """Learn from interactions."""

    @abstractmethod
    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Return at most `n` distinct items for each query, best first, none of them the query's own.

        The list is short or empty where the peer has no evidence.
        """


def query_matrix(queries: Sequence[Query], item_count: int) -> csr_matrix:
    """Return the binary matrix of queries × items."""
    items = [np.unique(query.items) for query in queries]
    ends = np.cumsum([0, *map(len, items)])
    ones = np.ones(ends[-1], np.float32)
    columns = np.concatenate([*items, np.empty(0, np.int32)])
    return csr_matrix((ones, columns, ends), (len(queries), item_count))


def top_items(items: IntArray, scores: np.ndarray, excluded: IntArray, n: int) -> IntArray:
    """Return the `n` items with the highest scores above 0; ties go to the lower item.

    Args:
        items: distinct, ascending.
        scores: one per item.
        excluded: items to leave out.
        n: maximum length.
    """
    kept = np.flatnonzero((scores > 0) & ~np.isin(items, excluded))
    if 0 < n < len(kept):
        floor = np.partition(scores[kept], len(kept) - n)[len(kept) - n]
        kept = kept[scores[kept] >= floor]
    return items[kept[np.argsort(-scores[kept], kind="stable")[:n]]]
