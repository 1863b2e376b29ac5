"""The most popular items, the same for every user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from benchmarks.peers.base import Interactions, Peer, Query, top_items
from script_shared.clock import MS_PER_HOUR
from script_shared.types import IntArray


class Popularity(Peer):
    """Counts with exponential decay over the windows that started in the last 36 hours.

    The 36 hours matter only in P2's published state: there the late clicks of old sessions have the weight
    of new ones, and without the bound they would accumulate over all days.

    Args:
        half_life: hours.
    """

    WINDOW_HOURS: ClassVar[float] = 36

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life

    def fit(self, interactions: Interactions) -> None:
        """Count."""
        recent = interactions.since(self.WINDOW_HOURS)
        age = (recent.now_ms - recent.time_ms) / (self._half_life * MS_PER_HOUR)
        item_count = interactions.item_count
        counts = np.bincount(recent.item, np.exp2(-age), minlength=item_count)
        self._ranked = top_items(np.arange(item_count), counts, np.empty(0, np.int32), item_count)

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Return the most popular items that are new to the user."""
        return [self._new_items(query.items, n) for query in queries]

    def _new_items(self, excluded: IntArray, n: int) -> IntArray:
        first = self._ranked[: n + len(excluded)]
        return first[~np.isin(first, excluded)][:n]


class PopularityEver(Popularity):
    """Counts of all time without decay."""

    WINDOW_HOURS: ClassVar[float] = np.inf

    def __init__(self) -> None:
        super().__init__(np.inf)
