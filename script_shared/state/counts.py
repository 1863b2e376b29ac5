"""Exponentially decayed counts.

Forward decay (Cormode, Shkapenyuk, Srivastava & Xu, ICDE 2009): an interaction at time t adds
2^((t - origin) / half-life) once and is never updated again; a count at any later time is the sum
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

#: Stored values, origins (ms UTC) and half-lives (ms).
CountArrays = tuple[FloatArray, LongArray, FloatArray]


class DecayedCounts:
    """Counts of slots at several half-lives.

    Args:
        half_lives: hours, one row of counts each.
        slots: number of counted things.
        order: memory order: "C" puts the counts of one half-life side by side, "F" those of one slot.
    """

    def __init__(self, half_lives: Sequence[float], slots: int, order: Literal["C", "F"] = "C") -> None:
        self._order = order
        self.half_lives_ms = np.asarray(half_lives, np.float64) * MS_PER_HOUR
        self.values: FloatArray = np.zeros((len(half_lives), slots), order=order)
        self.origin_ms: LongArray = np.zeros(len(half_lives), np.int64)
        self._scale: tuple[int, FloatArray] | None = None

    def apply(
        self, slots: IntArray | LongArray, times: LongArray, increments: FloatArray | float = 1.0
    ) -> None:
        """Add `increments` to slots at `times` (ms UTC, in any order); a slot may occur more than once."""
        if not len(times):
            return
        newest = int(times.max())
        for row, half_life in enumerate(self.half_lives_ms):
            self._advance(row, newest)
            decayed = np.exp2((times - self.origin_ms[row]) / half_life)
            np.add.at(self.values[row], slots, decayed * increments)

    def _advance(self, row: int, newest_ms: int) -> None:
        doublings = (newest_ms - self.origin_ms[row]) / self.half_lives_ms[row]
        if doublings > _MAX_DOUBLINGS:
            self.values[row] *= np.exp2(-min(doublings, 1_000.0))
            self.origin_ms[row] = newest_ms
            self._scale = None

    def get(self, slots: IntArray | LongArray, now_ms: int) -> FloatArray:
        """Return the counts of `slots` at a time, shape (half-lives, slots)."""
        return _scaled_counts(self.values, self.scale(now_ms), slots)

    def scale(self, now_ms: int) -> FloatArray:
        """Return the factors that turn stored values into counts at a time, one per half-life."""
        if self._scale is None or self._scale[0] != now_ms:
            self._scale = now_ms, decay_factors(self.arrays, now_ms)
        return self._scale[1]

    @property
    def arrays(self) -> CountArrays:
        """Stored values, origins and half-lives, as compiled loops take them."""
        return self.values, self.origin_ms, self.half_lives_ms

    def snapshot(self) -> Arrays:
        """Return a copy of the counts as arrays."""
        return {"values": self.values.copy(), "origin_ms": self.origin_ms.copy()}

    def restore(self, arrays: Arrays, *, rows: int = 1) -> None:
        """Replace the counts by those of a snapshot.

        Args:
            arrays: a snapshot of as many slots or fewer.
            rows: the slots form a table of this many rows; missing slots are added at the end of each row.
        """
        self.origin_ms, self._scale = np.array(arrays["origin_ms"], np.int64), None
        if arrays["values"].shape == self.values.shape:
            self.values = np.array(arrays["values"], np.float64, order=self._order)
            return
        self.values[:] = 0.0
        for values, restored in zip(self.values, arrays["values"], strict=True):
            table = np.asarray(restored).reshape(rows, -1)
            values.reshape(rows, -1)[:, : table.shape[1]] = table


@jit_compiled
def decay_factors(counts: CountArrays, now_ms: int) -> FloatArray:
    """Return the factors that turn stored values into counts at a time, one per half-life."""
    _, origins, half_lives = counts
    factors = np.empty(len(origins))
    for row in range(len(origins)):
        # A time long before the newest interaction, after a clock was set back, must not overflow.
        doublings = min(max((origins[row] - now_ms) / half_lives[row], -1_000.0), _MAX_DOUBLINGS)
        factors[row] = 2.0**doublings
    return factors


@jit_compiled
def _scaled_counts(values: FloatArray, scale: FloatArray, slots: IntArray | LongArray) -> FloatArray:
    counts = np.empty((len(values), len(slots)))
    for row in range(len(values)):
        for column in range(len(slots)):
            counts[row, column] = values[row, slots[column]] * scale[row]
    return counts
