"""New items with few interactions, which popularity and co-occurrence cannot rank yet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.state.state import State
from script_shared.types import IntArray

#: An item is a cold-start item for so many hours after its published time …
MAX_AGE_HOURS = 6.0
#: … and while it has fewer interactions than this.
MAX_INTERACTIONS = 10.0
#: Maximum number of items, the newest, that are ranked.
POOL = 60


class ColdStartItems:
    """The items reported since the release was made that are new and have few interactions.

    Ranked among items with counts they would come last and never gain interactions. They are ranked among
    themselves instead and shown in reserved ranks; see `inference.lists.exploration`.
    """

    def __init__(self) -> None:
        self._reported: IntArray = np.empty(0, np.int32)

    def add(self, items: Iterable[int]) -> None:
        """Add items that are new or have changed."""
        self._reported = np.union1d(self._reported, np.array(list(items), np.int32))

    def newest(self, state: State, now_ms: int) -> IntArray:
        """Return the current cold-start items, newest first."""
        if not len(self._reported):
            return self._reported
        return state.get_cached("cold_start", now_ms, lambda: self._select(state, now_ms))

    def _select(self, state: State, now_ms: int) -> IntArray:
        items = self._reported
        published = state.items.published_ms[items]
        interactions = state.counts.get(items, now_ms)[-1]
        is_new = (published > now_ms - MAX_AGE_HOURS * MS_PER_HOUR) & (interactions < MAX_INTERACTIONS)
        order = np.argsort(-published[is_new], kind="stable")[:POOL]
        return items[is_new][order]
