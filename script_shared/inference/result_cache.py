"""Cache of recommendation lists."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from script_shared.inference.results import Recommendation
from script_shared.inference.trend_monitor import TrendMonitor
from script_shared.state.state import State

#: Maximum age of an entry: time, and interactions that move no trending item, change a list slowly.
MAX_AGE_MS = 180_000
#: A list made within the state's staleness limit after a trend change may still be based on older counts. It
#: is valid only for this share of the limit, so that both delays together stay below one second.
_EARLY_SHARE = 0.5


class CacheKey(NamedTuple):
    """Everything that a list depends on, apart from the state and the time.

    Attributes:
        request: the resolved fields of the request.
        interactions: number of interactions of the user; a new number means a new history.
    """

    request: Hashable
    interactions: int


class _Entry(NamedTuple):
    result: Recommendation
    interactions: int
    changes: int
    made_ms: int


class ResultCache:
    """An LRU cache of lists, invalidated by age, by the user's interactions and by trend changes.

    Args:
        capacity: maximum number of entries, some 4 KB each; 0 disables the cache.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._trends = TrendMonitor(MAX_AGE_MS)
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()

    def get(self, key: CacheKey, state: State, now_ms: int) -> Recommendation | None:
        """Return the cached list of a key; None where there is none or it is not valid any more.

        Args:
            key: what is requested.
            state: current state.
            now_ms: current moment, ms UTC.
        """
        self._trends.update(state, now_ms)
        entry = self._entries.get(key.request)
        if entry is None or entry.interactions != key.interactions or entry.changes != self._trends.changes:
            return None
        is_early = 0 <= entry.made_ms - self._trends.changed_ms < state.max_staleness_ms
        limit_ms = state.max_staleness_ms * _EARLY_SHARE if is_early else MAX_AGE_MS
        if not 0 <= now_ms - entry.made_ms < limit_ms:
            return None
        self._entries.move_to_end(key.request)
        return entry.result

    def put(self, key: CacheKey, now_ms: int, result: Recommendation) -> None:
        """Store a list made at a moment, ms UTC."""
        self._entries[key.request] = _Entry(result, key.interactions, self._trends.changes, now_ms)
        self._entries.move_to_end(key.request)
        if len(self._entries) > self.capacity:
            self._entries.popitem(last=False)

    def clear(self) -> None:
        """Drop all entries."""
        self._entries.clear()
