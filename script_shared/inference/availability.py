"""Which items may not be named now: those not published yet, expired or withdrawn."""

from __future__ import annotations

import numpy as np

from script_shared.types import IntArray, LongArray

_NEVER = np.iinfo(np.int64).max


class Availability:
    """Finds the items that may not be named; looks at all items only when a moment is reached or one changes.

    When an item expires outlives a withdrawal: who reports the item again without it keeps it.

    Args:
        published_ms: by position, when an item is published, ms UTC; shared with the state.

    Attributes:
        hidden: positions of the items that may not be named as of the last `refresh`, ascending.
    """

    def __init__(self, published_ms: LongArray) -> None:
        self._published_ms = published_ms
        self._expires_ms: dict[int, int] = {}
        self._withdrawn: set[int] = set()
        self.hidden: IntArray = np.empty(0, np.int32)
        self._from_ms = self._until_ms = 0

    def withdraw(self, item: int) -> None:
        """Hide an item until it is reported."""
        self._withdrawn.add(item)
        self._until_ms = 0

    def expire(self, item: int, moment_ms: int) -> None:
        """Hide an item from a moment on, ms UTC."""
        self._expires_ms[item] = moment_ms
        self._until_ms = 0

    def report(self, item: int, expires_ms: int | None) -> None:
        """Note that an item is new or has changed: it is no longer withdrawn; None keeps when it expires."""
        self._withdrawn.discard(item)
        if expires_ms is not None:
            self._expires_ms[item] = expires_ms
        self._until_ms = 0

    def refresh(self, now_ms: int) -> bool:
        """Bring `hidden` up to a moment; return whether it may have changed."""
        if self._from_ms <= now_ms < self._until_ms:
            return False
        coming = np.flatnonzero(self._published_ms > now_ms)
        expired = [item for item, moment in self._expires_ms.items() if moment <= now_ms]
        ending = min((moment for moment in self._expires_ms.values() if moment > now_ms), default=_NEVER)
        self.hidden = np.unique(np.array([*coming.tolist(), *expired, *self._withdrawn], np.int32))
        self._from_ms = now_ms
        self._until_ms = min(ending, int(self._published_ms[coming].min(initial=_NEVER)))
        return True
