"""Which items are read one after the other by the same reader, decayed.

An ordered pair of items, d ≤ `distance` reads apart in one reader's history, counts
2^(-age / half-life) · d^(-fade); its reverse counts `reverse` times that.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Interactions
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories
from script_shared.types import Arrays, BoolArray, FloatArray, IntArray, LongArray

_Chain = tuple[IntArray, IntArray, LongArray, BoolArray]

#: A pair is forgotten once it weighs less than the weakest single one this many half-lives ago.
_FORGOTTEN_AFTER = 9.0


class PairParameters(BaseModel):
    """Which pairs are counted, and for how long.

    Attributes:
        half_lives: hours, ascending.
        distance: how many reads apart two paired reads may lie.
        fade: a pair d reads apart counts d^(-fade).
        reverse: what the reverse of a pair counts, as a share of the pair.
        apart: hours; the two reads lie at least the first and less than the second apart.
        partners: at most so many neighbours of an item are told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (1.0, 4.0)
    distance: int = 5
    fade: float = 1.0
    reverse: float = 0.1
    apart: tuple[float, float] = (0.0, 36.0)
    partners: int = 150


class Pairs:
    """Decayed weights of ordered pairs of items, in one sorted array of pairs.

    Args:
        parameters: which pairs count.
        items: size of the item vocabulary.
    """

    def __init__(self, parameters: PairParameters, items: int) -> None:
        self._parameters, self._size = parameters, items
        self._nearest_ms, self._furthest_ms = (int(hours * MS_PER_HOUR) for hours in parameters.apart)
        self.pairs: LongArray = np.empty(0, np.int64)
        self.weights = DecayedCounts(parameters.half_lives, 0)
        self._rows: dict[int, tuple[IntArray, FloatArray, FloatArray]] = {}

    def neighbours(self, item: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return the items read after `item`, their weights, and the weight of all of them.

        Returns:
            At most `partners` items in ascending order; weights of shape (half-lives, items) and
            totals of shape (half-lives,), to be scaled by `scale`.
        """
        found = self._rows.get(item)
        if found is None:
            self._rows[item] = found = self._row(item)
        return found

    def scale(self, now_ms: int) -> FloatArray:
        """Return what turns the weights of `neighbours` into weights at a moment, one a half-life."""
        return self.weights.scale(now_ms)

    def _row(self, item: int) -> tuple[IntArray, FloatArray, FloatArray]:
        start, end = np.searchsorted(self.pairs, [item * self._size, (item + 1) * self._size])
        weights = self.weights.values[:, start:end]
        items = (self.pairs[start:end] - item * self._size).astype(np.int32)
        totals = weights.sum(axis=1)
        if len(items) > self._parameters.partners:
            kept = np.sort(np.argsort(-weights[-1], kind="stable")[: self._parameters.partners])
            items, weights = items[kept], weights[:, kept]
        return items, weights, totals

    def apply(self, new: Interactions, before: Histories) -> None:
        """Count the pairs that `new` interactions close; `before` holds what came earlier."""
        if not len(new):
            return
        newest = int(new.time[-1])
        since = newest - int(_FORGOTTEN_AFTER * self.weights.half_lives_ms.max())
        self._add(*self._close(_chain(new, before, self._parameters.distance, since)))
        self._forget(newest)
        self._rows.clear()

    def _close(self, chain: _Chain) -> tuple[LongArray, LongArray, FloatArray]:
        found = [self._at_distance(chain, steps) for steps in range(1, self._parameters.distance + 1)]
        older, newer, times, shares = (np.concatenate(part) for part in zip(*found, strict=True))
        forward = older * self._size + newer
        if not self._parameters.reverse:
            return forward, times, shares
        return (
            np.concatenate([forward, newer * self._size + older]),
            np.concatenate([times, times]),
            np.concatenate([shares, shares * self._parameters.reverse]),
        )

    def _at_distance(self, chain: _Chain, steps: int) -> tuple[LongArray, LongArray, LongArray, FloatArray]:
        user, item, time, closes = chain
        hit = (user[steps:] == user[:-steps]) & closes[steps:] & (item[steps:] != item[:-steps])
        apart = time[steps:] - time[:-steps]
        rows = np.flatnonzero(hit & (apart >= self._nearest_ms) & (apart < self._furthest_ms))
        older, newer = item[rows].astype(np.int64), item[rows + steps].astype(np.int64)
        return older, newer, time[rows + steps], np.full(len(rows), steps**-self._parameters.fade)

    def _add(self, pairs: LongArray, times: LongArray, shares: FloatArray) -> None:
        known, slot = np.unique(np.concatenate([self.pairs, pairs]), return_inverse=True)
        merged = DecayedCounts(self._parameters.half_lives, len(known))
        merged.origin_ms = self.weights.origin_ms
        merged.values[:, slot[: len(self.pairs)]] = self.weights.values
        merged.apply(slot[len(self.pairs) :], times, shares)
        self.pairs, self.weights = known, merged

    def _forget(self, now_ms: int) -> None:
        weakest = self._parameters.distance**-self._parameters.fade * (self._parameters.reverse or 1.0)
        weights = self.weights.values[-1] * self.weights.scale(now_ms)[-1]
        kept = weights >= weakest * 2.0**-_FORGOTTEN_AFTER
        self.pairs, self.weights.values = self.pairs[kept], self.weights.values[:, kept]

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        return {"pairs": self.pairs, **self.weights.snapshot()}

    def restore(self, arrays: Arrays) -> None:
        """Take the state back."""
        self.pairs = np.asarray(arrays["pairs"], np.int64)
        self.weights.restore(arrays)
        self._rows.clear()


def _chain(new: Interactions, before: Histories, depth: int, since: int) -> _Chain:
    """Order interactions by user and time, each user's last few earlier ones put in front.

    Returns:
        User, item, time, and which interactions close pairs: the new ones after `since`. Users
        without any of these are left out.
    """
    active = np.zeros(int(new.user.max()) + 1, np.bool_)
    active[new.user[new.time > since]] = True
    new = new.take(active[new.user])
    user, item, time = before.last(np.flatnonzero(active), depth)
    closes = np.concatenate([np.zeros(len(user), np.bool_), new.time > since])
    user = np.concatenate([user, new.user])
    order = np.argsort(user, kind="stable")
    item, time = np.concatenate([item, new.item]), np.concatenate([time, new.time])
    return user[order], item[order], time[order], closes[order]
