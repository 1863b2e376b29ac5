"""Which items are read one after the other by the same reader, decayed.

An ordered pair of items at distance d ≤ `distance` in one reader's history counts 2^(-age / half-life) / d;
its reverse counts a tenth of that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.dataset import Interactions
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories
from script_shared.types import Arrays, BoolArray, FloatArray, IntArray, LongArray

REVERSE = 0.1

_Chain = tuple[IntArray, IntArray, LongArray, BoolArray]


class CoReads:
    """Decayed weights of ordered pairs of items, in one sorted array of pairs.

    Args:
        half_lives: hours, one row of weights each.
        items: size of the item vocabulary.
        distance: how many steps apart two reads may lie.
        window_ms: reads further apart in time are not paired, and pairs older than that fade out.
    """

    def __init__(self, half_lives: Sequence[float], items: int, distance: int, window_ms: int) -> None:
        self._half_lives, self._size = tuple(half_lives), items
        self._distance, self._window_ms = distance, window_ms
        self.pairs: LongArray = np.empty(0, np.int64)
        self.weights = DecayedCounts(half_lives, 0)

    def row(self, item: int, now_ms: int) -> tuple[IntArray, FloatArray]:
        """Return the items read after `item` and their weights, shape (half-lives, items)."""
        start, end = np.searchsorted(self.pairs, [item * self._size, (item + 1) * self._size])
        partners = (self.pairs[start:end] - item * self._size).astype(np.int32)
        return partners, self.weights.at(slice(start, end), now_ms)

    def apply(self, new: Interactions, before: Histories) -> None:
        """Count the pairs that `new` interactions close; `before` holds what came earlier."""
        if not len(new):
            return
        fresh = new.take(new.time > int(new.time[-1]) - self._window_ms)
        pairs, times, shares = self._close(_with_context(fresh, before, self._distance))
        self._add(pairs, times, shares)
        self._forget(int(new.time[-1]))

    def _close(self, chain: _Chain) -> tuple[LongArray, LongArray, FloatArray]:
        found = [self._at_distance(chain, steps) for steps in range(1, self._distance + 1)]
        older, newer, times, shares = (np.concatenate(part) for part in zip(*found, strict=True))
        forward, backward = older * self._size + newer, newer * self._size + older
        return (
            np.concatenate([forward, backward]),
            np.concatenate([times, times]),
            np.concatenate([shares, shares * REVERSE]),
        )

    def _at_distance(self, chain: _Chain, steps: int) -> tuple[LongArray, LongArray, LongArray, FloatArray]:
        user, item, time, is_new = chain
        hit = (user[steps:] == user[:-steps]) & is_new[steps:] & (item[steps:] != item[:-steps])
        hit &= time[steps:] - time[:-steps] < self._window_ms
        rows = np.flatnonzero(hit)
        older, newer = item[rows].astype(np.int64), item[rows + steps].astype(np.int64)
        return older, newer, time[rows + steps], np.full(len(rows), 1.0 / steps)

    def _add(self, pairs: LongArray, times: LongArray, shares: FloatArray) -> None:
        known, slot = np.unique(np.concatenate([self.pairs, pairs]), return_inverse=True)
        merged = DecayedCounts(self._half_lives, len(known))
        merged.origin_ms = self.weights.origin_ms
        merged.values[:, slot[: len(self.pairs)]] = self.weights.values
        merged.apply(slot[len(self.pairs) :], times, shares)
        self.pairs, self.weights = known, merged

    def _forget(self, now_ms: int) -> None:
        """Drop pairs that weigh less than the weakest single one of the window's far end."""
        longest = float(self.weights.half_lives_ms.max())
        floor = REVERSE / self._distance * np.exp2(-self._window_ms / longest)
        kept = self.weights.at(slice(None), now_ms).max(axis=0) >= floor
        self.pairs, self.weights.values = self.pairs[kept], self.weights.values[:, kept]

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        return {"pairs": self.pairs, **self.weights.snapshot()}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back."""
        self.pairs = np.asarray(arrays["pairs"], np.int64)
        self.weights.restore(arrays)


def _with_context(new: Interactions, before: Histories, depth: int) -> _Chain:
    """Order interactions by user and time, each user's last few earlier ones put in front."""
    user, item, time = before.last(np.unique(new.user), depth)
    is_new = np.arange(len(user) + len(new)) >= len(user)
    user = np.concatenate([user, new.user])
    order = np.argsort(user, kind="stable")
    return (
        user[order],
        np.concatenate([item, new.item])[order],
        np.concatenate([time, new.time])[order],
        is_new[order],
    )
