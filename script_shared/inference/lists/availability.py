"""Availability: which items must not be shown because they are unpublished, expired or withdrawn."""

from __future__ import annotations

import numpy as np

from script_shared.types import IntArray, LongArray

_NEVER = np.iinfo(np.int64).max


class Availability:
    """Tracks the items that must not be shown; scans all items only when an item changes or becomes due.

    The expiry of an item outlives its withdrawal: a later report without an expiry keeps the old one.

    Args:
        published_ms: published time by position, ms UTC; shared with the state.

    Attributes:
        hidden: positions of the items that must not be shown as of the last `refresh`, ascending.
    """

    def __init__(self, published_ms: LongArray) -> None:
        self._published_ms = published_ms
        self._expires_ms: dict[int, int] = {}
        self._withdrawn: set[int] = set()
        self.hidden: IntArray = np.empty(0, np.int32)
        self._from_ms = self._until_ms = 0

    def withdraw(self, item: int) -> None:
        """Hide an item until it is reported again."""
        self._withdrawn.add(item)
        self._until_ms = 0

    def expire(self, item: int, moment_ms: int) -> None:
        """Hide an item from a moment on, ms UTC."""
        self._expires_ms[item] = moment_ms
        self._until_ms = 0

    def report(self, item: int, expires_ms: int | None) -> None:
        """End the withdrawal of an item that is new or has changed; None keeps its expiry."""
        self._withdrawn.discard(item)
        if expires_ms is not None:
            self._expires_ms[item] = expires_ms
        self._until_ms = 0

    def refresh(self, now_ms: int) -> bool:
        """Update `hidden` to a moment; return whether it may have changed."""
        if self._from_ms <= now_ms < self._until_ms:
            return False
        unpublished = np.flatnonzero(self._published_ms > now_ms)
        expired = [item for item, moment in self._expires_ms.items() if moment <= now_ms]
        next_expiry = min((moment for moment in self._expires_ms.values() if moment > now_ms), default=_NEVER)
        self.hidden = np.unique(np.array([*unpublished.tolist(), *expired, *self._withdrawn], np.int32))
        self._from_ms = now_ms
        self._until_ms = min(next_expiry, int(self._published_ms[unpublished].min(initial=_NEVER)))
        return True
