"""Exponentially decayed counts.

Forward decay (Cormode, Shkapenyuk, Srivastava & Xu, ICDE 2009): an interaction at time t adds
2^((t - origin) / half-life) once and is never touched again; a count at any later moment is the sum
times 2^((origin - now) / half-life). The origin moves only to keep the exponents small.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.types import Arrays, FloatArray, IntArray, LongArray

_MAX_DOUBLINGS = 200.0

Decayed = tuple[FloatArray, LongArray, FloatArray]


class DecayedCounts:
    """Counts of slots at several half-lives.

    Args:
        half_lives: hours, one row of counts each.
        slots: how many things are counted.
        order: what lies side by side in memory, the counts of a half-life ("C") or those of a slot ("F").
    """

    def __init__(self, half_lives: Sequence[float], slots: int, order: Literal["C", "F"] = "C") -> None:
        self._order = order
        self.half_lives_ms = np.asarray(half_lives, np.float64) * MS_PER_HOUR
        self.values: FloatArray = np.zeros((len(half_lives), slots), order=order)
        self.origin_ms: LongArray = np.zeros(len(half_lives), np.int64)
        self._scale: tuple[int, FloatArray] | None = None

    def apply(self, slots: IntArray | LongArray, times: LongArray, shares: FloatArray | float = 1.0) -> None:
        """Add `shares` to slots at `times` (ms UTC, in any order); a slot may come more than once."""
        if not len(times):
            return
        newest = int(times.max())
        for row, half_life in enumerate(self.half_lives_ms):
            self._advance(row, newest)
            decayed = np.exp2((times - self.origin_ms[row]) / half_life)
            np.add.at(self.values[row], slots, decayed * shares)

    def _advance(self, row: int, newest_ms: int) -> None:
        doublings = (newest_ms - self.origin_ms[row]) / self.half_lives_ms[row]
        if doublings > _MAX_DOUBLINGS:
            self.values[row] *= np.exp2(-min(doublings, 1_000.0))
            self.origin_ms[row] = newest_ms
            self._scale = None

    def at(self, slots: IntArray | LongArray, now_ms: int) -> FloatArray:
        """Return the counts of `slots` at a moment, shape (half-lives, slots)."""
        return _scaled(self.values, self.scale(now_ms), slots)

    def scale(self, now_ms: int) -> FloatArray:
        """Return what turns stored values into counts at a moment, one factor a half-life."""
        if self._scale is None or self._scale[0] != now_ms:
            self._scale = now_ms, decays(self.parts, now_ms)
        return self._scale[1]

    @property
    def parts(self) -> Decayed:
        """What a compiled loop needs: values as stored, origins and half-lives; see `decays`."""
        return self.values, self.origin_ms, self.half_lives_ms

    def snapshot(self) -> Arrays:
        """Return the state as arrays."""
        return {"values": self.values.copy(), "origin_ms": self.origin_ms.copy()}

    def restore(self, arrays: Arrays, *, rows: int = 1) -> None:
        """Take the state back.

        Args:
            arrays: what `snapshot` gave, of as many slots or fewer.
            rows: the slots are a table of so many rows; new slots are put at each row's end.
        """
        self.origin_ms, self._scale = np.array(arrays["origin_ms"], np.int64), None
        if arrays["values"].shape == self.values.shape:
            self.values = np.array(arrays["values"], np.float64, order=self._order)
            return
        self.values[:] = 0.0
        for own, told in zip(self.values, arrays["values"], strict=True):
            table = np.asarray(told).reshape(rows, -1)
            own.reshape(rows, -1)[:, : table.shape[1]] = table


@jit_compiled
def decays(counts: Decayed, now_ms: int) -> FloatArray:
    """Return what turns stored values into counts at a moment, one factor a half-life."""
    _, origins, half_lives = counts
    factors = np.empty(len(origins))
    for row in range(len(origins)):
        # A moment long before the newest interaction, where a clock was set back, must not overflow.
        doublings = min(max((origins[row] - now_ms) / half_lives[row], -1_000.0), _MAX_DOUBLINGS)
        factors[row] = 2.0**doublings
    return factors


@jit_compiled
def _scaled(values: FloatArray, scale: FloatArray, slots: IntArray | LongArray) -> FloatArray:
    counts = np.empty((len(values), len(slots)))
    for row in range(len(values)):
        for at in range(len(slots)):
            counts[row, at] = values[row, slots[at]] * scale[row]
    return counts
