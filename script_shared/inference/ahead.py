"""Lists ranked ahead of a request: an answer is kept and given again while it holds."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from script_shared.inference.answers import Recommendation
from script_shared.state.state import State

#: Time alone changes a list slowly: so long it may stand while nobody reads anything.
STANDS_MS = 300_000
#: Once something was read, an answer may be as old as this share of the state's patience: what it is made
#: of lags by the patience itself, and both together must stay within a second.
_PATIENCE = 0.5


class _Kept(NamedTuple):
    answer: Recommendation
    version: int
    made_ms: int


class Ahead:
    """The answers given last; those not asked for longest make room.

    Args:
        capacity: how many are kept, some 4 KB each; 0 for none.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def find(self, key: Hashable, state: State, now_ms: int) -> Recommendation | None:
        """Return the answer kept under a key; None where there is none that holds.

        Args:
            key: all that the answer depends on but the state and the moment.
            state: as of now.
            now_ms: the moment.
        """
        kept = self._kept.get(key)
        if kept is None:
            return None
        is_same = kept.version == state.version
        if not 0 <= now_ms - kept.made_ms < (STANDS_MS if is_same else state.patience_ms * _PATIENCE):
            return None
        self._kept.move_to_end(key)
        return kept.answer

    def keep(self, key: Hashable, state: State, now_ms: int, answer: Recommendation) -> None:
        """Keep an answer that has just been worked out."""
        self._kept[key] = _Kept(answer, state.version, now_ms)
        self._kept.move_to_end(key)
        if len(self._kept) > self.capacity:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Let all go."""
        self._kept.clear()
