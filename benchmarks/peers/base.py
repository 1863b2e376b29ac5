"""What peers are given, and what they give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray, LongArray


@dataclass(frozen=True, slots=True)
class Reads:
    """What was read before a moment, as columns, in order of time; all ids are whole numbers from 0.

    Attributes:
        owner: whose taste a read tells: the reader where readers are asked for, the session where
            sessions are.
        session: the visit it belongs to.
        item: position of the article; the lower its id, the lower.
        time: ms UTC.
        began: when its session's window began, or the read itself where there are no windows, ms UTC.
        items: how many articles there are.
        now_ms: the moment.
    """

    owner: IntArray
    session: IntArray
    item: IntArray
    time: LongArray
    began: LongArray
    items: int
    now_ms: int

    def since(self, hours: float) -> Reads:
        """Return the reads of what began in the last hours."""
        kept = self.began >= self.now_ms - hours * MS_PER_HOUR
        columns = (self.owner, self.session, self.item, self.time, self.began)
        return Reads(*(column[kept] for column in columns), self.items, self.now_ms)

    def matrix(self) -> tuple[csr_matrix, IntArray]:
        """Return owners × items, 1 where read, and the owner of each row."""
        owners, rows = np.unique(self.owner, return_inverse=True)
        ones = np.ones(len(rows), np.float32)
        found = csr_matrix((ones, (rows, self.item)), (len(owners), self.items))
        found.data[:] = 1.0
        return found, owners


@dataclass(frozen=True, slots=True)
class Query:
    """Who asks.

    Attributes:
        owner: as in the reads; one that they may not know.
        items: read so far, oldest first; none of them may be recommended.
    """

    owner: int
    items: IntArray


class Peer(ABC):
    """One recommender."""

    @abstractmethod
    def fit(self, reads: Reads) -> None:
        """Learn from what was read."""

    @abstractmethod
    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Return at most `n` distinct items for each query, best first, none of them the query's own.

        A peer that knows nothing of a query says nothing: its list is short or empty.
        """


def query_matrix(queries: Sequence[Query], items: int) -> csr_matrix:
    """Return queries × items, 1 where read."""
    read = [np.unique(query.items) for query in queries]
    ends = np.cumsum([0, *map(len, read)])
    ones = np.ones(ends[-1], np.float32)
    return csr_matrix((ones, np.concatenate([*read, np.empty(0, np.int32)]), ends), (len(queries), items))


def best_of(items: IntArray, scores: np.ndarray, own: IntArray, n: int) -> IntArray:
    """Return the `n` items with the highest scores above 0, ties to the lower item.

    Args:
        items: distinct, ascending.
        scores: one an item.
        own: items to leave out.
        n: at most so many.
    """
    kept = np.flatnonzero((scores > 0) & ~np.isin(items, own))
    if 0 < n < len(kept):
        floor = np.partition(scores[kept], len(kept) - n)[len(kept) - n]
        kept = kept[scores[kept] >= floor]
    return items[kept[np.argsort(-scores[kept], kind="stable")[:n]]]
