"""Past sessions indexed by item: the candidates for the neighbours of a session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.peers.base import Interactions
from script_shared.types import FloatArray, IntArray, LongArray


@dataclass(frozen=True, slots=True)
class SessionIndex:
    """Sessions in order of their last interaction, and the sessions of each item.

    Attributes:
        items: items of all sessions, one session after the other, each in order of time.
        starts: start of each session in `items`, and the end of the last.
        times_ms: last interaction of each session, ms UTC.
        sessions_by_item: sessions that contain an item, ascending, one item after the other.
        item_starts: start of each item in `sessions_by_item`, and the end of the last.
    """

    items: IntArray
    starts: LongArray
    times_ms: LongArray
    sessions_by_item: IntArray
    item_starts: LongArray

    @classmethod
    def build(cls, interactions: Interactions) -> SessionIndex:
        """Index the sessions of interactions."""
        ids, position = np.unique(interactions.session, return_inverse=True)
        last = np.zeros(len(ids), np.int64)
        np.maximum.at(last, position, interactions.time_ms)
        order = np.argsort(last, kind="stable")
        rank = np.empty(len(ids), np.int64)
        rank[order] = np.arange(len(ids))
        session = rank[position]
        rows = np.argsort(session, kind="stable")
        items, session = interactions.item[rows], session[rows]
        starts = np.searchsorted(session, np.arange(len(ids) + 1))
        by_item = np.argsort(items, kind="stable")
        item_starts = np.searchsorted(items[by_item], np.arange(interactions.item_count + 1))
        return cls(items, starts, last[order], session[by_item], item_starts)

    def sessions_with(self, item: int, n: int) -> IntArray:
        """Return the `n` most recent sessions that contain an item, ascending."""
        start, end = self.item_starts[item], self.item_starts[item + 1]
        return self.sessions_by_item[max(start, end - n) : end]

    def recent(self, items: IntArray, n: int) -> tuple[IntArray, FloatArray]:
        """Return the `n` most recent sessions that share an item, and which items each of them shares.

        Returns:
            Sessions, ascending; 0 and 1 of shape (items, sessions).
        """
        candidates = [np.unique(self.sessions_with(item, n)) for item in items.tolist()]
        if not candidates:
            return np.empty(0, int), np.array([], np.float64)
        sessions = np.unique(np.concatenate(candidates))[-n:]
        shared = [np.isin(sessions, some, assume_unique=True) for some in candidates]
        return sessions, np.array(shared, np.float64)

    def contents(self, sessions: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return the items of sessions, for each its index into `sessions`, and its position within."""
        lengths = self.starts[sessions + 1] - self.starts[sessions]
        index = np.repeat(np.arange(len(sessions)), lengths)
        position = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.items[self.starts[sessions][index] + position], index, position
