"""The most read articles, for everybody alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from benchmarks.peers.base import Peer, Query, Reads, best_of
from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray


class Popularity(Peer):
    """Decayed counts at one half-life over what began in the last 36 hours.

    The bound matters in the published state alone: there the late clicks of sessions long past count
    as if they came now, and without it those of all the days gather.

    Args:
        half_life: hours.
    """

    RECENT: ClassVar[float] = 36

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life

    def fit(self, reads: Reads) -> None:
        """Count."""
        recent = reads.since(self.RECENT)
        age = (recent.now_ms - recent.time) / (self._half_life * MS_PER_HOUR)
        counts = np.bincount(recent.item, np.exp2(-age), minlength=reads.items)
        self._ranked = best_of(np.arange(reads.items), counts, np.empty(0, np.int32), reads.items)

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Return the most read."""
        return [self._unread(query.items, n) for query in queries]

    def _unread(self, own: IntArray, n: int) -> IntArray:
        first = self._ranked[: n + len(own)]
        return first[~np.isin(first, own)][:n]


class PopularityEver(Popularity):
    """Counts that never decay."""

    RECENT: ClassVar[float] = np.inf

    def __init__(self) -> None:
        super().__init__(np.inf)
