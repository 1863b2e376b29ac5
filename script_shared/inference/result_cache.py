"""Lists ranked ahead of a request: an answer is kept and given again while it holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from script_shared.inference.results import Recommendation
from script_shared.inference.trend_monitor import TrendMonitor
from script_shared.state.state import State

#: Time, and reads that move nothing noticeably, change a list slowly: so long it may stand.
STANDS_MS = 180_000
#: What is ranked for everybody may lag behind by the state's patience. So a list that was made so soon after
#: the front changed stands for this share of it only: both together stay within a second.
_PATIENCE = 0.5


class CacheKey(NamedTuple):
    """All that an answer depends on but the state and the moment.

    Attributes:
        key: who asks, where, for what.
        reads: how many the reader has: none is ever taken back, so another number is another history.
    """

    key: Hashable
    interactions: int


class _Entry(NamedTuple):
    answer: Recommendation
    interactions: int
    changes: int
    made_ms: int


class ResultCache:
    """The answers given last; those not asked for longest make room, as does one that a read has overtaken.

    Args:
        capacity: how many are kept, some 4 KB each; 0 for none.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._front = TrendMonitor(STANDS_MS)
        self._kept: OrderedDict[Hashable, _Entry] = OrderedDict()

    def find(self, question: CacheKey, state: State, now_ms: int) -> Recommendation | None:
        """Return the answer kept for a question; None where there is none that holds.

        Args:
            question: what is asked.
            state: as of now.
            now_ms: the moment.
        """
        self._front.look(state, now_ms)
        kept = self._kept.get(question.key)
        if kept is None or kept.interactions != question.interactions or kept.changes != self._front.changes:
            return None
        is_early = 0 <= kept.made_ms - self._front.changed_ms < state.max_staleness_ms
        if not 0 <= now_ms - kept.made_ms < (state.max_staleness_ms * _PATIENCE if is_early else STANDS_MS):
            return None
        self._kept.move_to_end(question.key)
        return kept.answer

    def keep(self, question: CacheKey, now_ms: int, answer: Recommendation) -> None:
        """Keep an answer that has just been worked out."""
        self._kept[question.key] = _Entry(answer, question.interactions, self._front.changes, now_ms)
        self._kept.move_to_end(question.key)
        if len(self._kept) > self.capacity:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let all go."""
        self._kept.clear()
