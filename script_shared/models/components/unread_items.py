"""What has just come out and hardly anybody has read: no count speaks for it yet."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.state.state import State
from script_shared.types import IntArray

#: An item is fresh for so long, and until it has been read so often.
HOURS = 6.0
FEW_READS = 10.0
#: At most so many of the newest are looked at.
POOL = 60


class UnreadItems:
    """Items announced since the release was made, of which hardly anything is known but what they say.

    What the release knows competes by its counts, and a new item has none: ranked among them it would stay
    where nobody looks. So new ones are ranked among themselves, and shown in a place kept for them.
    """

    def __init__(self) -> None:
        self._announced: IntArray = np.empty(0, np.int32)

    def announce(self, items: Iterable[int]) -> None:
        """Take in items that are new or have changed."""
        self._announced = np.union1d(self._announced, np.array(list(items), np.int32))

    def named(self, state: State, now_ms: int) -> IntArray:
        """Return the fresh ones, newest first."""
        if not len(self._announced):
            return self._announced
        return state.get_cached("fresh", now_ms, lambda: self._pick(state, now_ms))

    def _pick(self, state: State, now_ms: int) -> IntArray:
        items = self._announced
        published = state.items.published_ms[items]
        interactions = state.counts.get(items, now_ms)[-1]
        fresh = (published > now_ms - HOURS * MS_PER_HOUR) & (interactions < FEW_READS)
        newest = np.argsort(-published[fresh], kind="stable")[:POOL]
        return items[fresh][newest]
