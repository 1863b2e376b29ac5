"""Past sessions by item, the most recent first: what neighbours of a session are chosen from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.peers.base import Reads
from script_shared.types import FloatArray, IntArray, LongArray


@dataclass(frozen=True, slots=True)
class Visits:
    """Sessions in order of their last read, and where they lie.

    Attributes:
        items: of all sessions, one after the other, each in its own order.
        starts: where each session's begin; one more at the end.
        times: of each session's last read, ms UTC.
        by_item: sessions that hold an item, ascending, one item after the other.
        item_starts: where each item's begin; one more at the end.
    """

    items: IntArray
    starts: LongArray
    times: LongArray
    by_item: IntArray
    item_starts: LongArray

    @classmethod
    def of(cls, reads: Reads) -> Visits:
        """Sort reads into sessions."""
        ids, place = np.unique(reads.session, return_inverse=True)
        last = np.zeros(len(ids), np.int64)
        np.maximum.at(last, place, reads.time)
        order = np.argsort(last, kind="stable")
        rank = np.empty(len(ids), np.int64)
        rank[order] = np.arange(len(ids))
        session = rank[place]
        rows = np.argsort(session, kind="stable")
        items, session = reads.item[rows], session[rows]
        starts = np.searchsorted(session, np.arange(len(ids) + 1))
        holders = np.argsort(items, kind="stable")
        item_starts = np.searchsorted(items[holders], np.arange(reads.items + 1))
        return cls(items, starts, last[order], session[holders], item_starts)

    def holders(self, item: int, n: int) -> IntArray:
        """Return the `n` most recent sessions that hold an item, ascending."""
        start, end = self.item_starts[item], self.item_starts[item + 1]
        return self.by_item[max(start, end - n) : end]

    def recent(self, items: IntArray, n: int) -> tuple[IntArray, FloatArray]:
        """Return the `n` most recent sessions that share an item, and which of the items each holds.

        Returns:
            Sessions, ascending; 0 and 1 of shape (items, sessions).
        """
        held = [np.unique(self.holders(item, n)) for item in items.tolist()]
        found = np.unique(np.concatenate([*held, np.empty(0, np.int64)]))[-n:] if held else np.empty(0, int)
        return found, np.array([np.isin(found, each, assume_unique=True) for each in held], np.float64)

    def contents(self, sessions: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return items of sessions, the place in `sessions` each belongs to, its place in its session."""
        lengths = self.starts[sessions + 1] - self.starts[sessions]
        owner = np.repeat(np.arange(len(sessions)), lengths)
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return self.items[self.starts[sessions][owner] + within], owner, within
