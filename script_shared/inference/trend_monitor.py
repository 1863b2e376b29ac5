"""What is read most now, and when that has changed so much that everybody's list should be ranked anew."""

from __future__ import annotations

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State
from script_shared.types import FloatArray

#: So many items are in front: more than lists for everybody take of the newest reads.
_SIZE = 100
#: A count differs from the one expected by chance, by its root (Poisson), and lists hardly show a tenth.
_ERRORS, _SHARE = 3.0, 0.1
#: It is looked at so often, as a share of the state's patience; a look takes 0.1 ms.
_PATIENCE = 0.5


class TrendMonitor:
    """Compares counts at the shortest half-life with what they were.

    An item has risen if it is in front now and has more reads than it had, by more than chance and more than
    the reads of all items together have grown. What falls is overtaken by what rises; what moves more slowly
    is told by a list's age.

    Args:
        lasts_ms: counts are compared with those of so long ago at most.

    Attributes:
        changes: how often it has changed.
        changed_ms: when it was last seen to have changed, ms UTC.
    """

    def __init__(self, lasts_ms: int) -> None:
        self.changes, self.changed_ms = 0, -lasts_ms
        self._lasts_ms = lasts_ms
        self._taken_ms = self._looked_ms = 0
        self._version = -1
        self._before: FloatArray = np.empty(0)
        self._reads = self._least = 0.0

    def look(self, state: State, now_ms: int) -> None:
        """Compare, unless nothing was read since the last time or that was a moment ago."""
        if (
            state.version == self._version
            or 0 <= now_ms - self._looked_ms < _PATIENCE * state.max_staleness_ms
        ):
            return
        self._version, self._looked_ms = state.version, now_ms
        interactions = float(state.totals(now_ms)[0])
        growth = interactions / self._reads if self._reads else 1.0
        if _has_risen(state.counts.arrays, now_ms, self._before, growth, self._least):
            self.changes += 1
            self.changed_ms = now_ms
        elif 0 <= now_ms - self._taken_ms < self._lasts_ms:
            return
        self._take(state, now_ms)

    def _take(self, state: State, now_ms: int) -> None:
        """Remember what counts are now."""
        counts = state.counts.values[0] * state.counts.scale(now_ms)[0]
        place = max(len(counts) - _SIZE, 0)
        self._least = float(np.partition(counts, place)[place]) if len(counts) else 0.0
        self._before, self._reads, self._taken_ms = counts, float(state.totals(now_ms)[0]), now_ms


@jit_compiled
def _has_risen(counts: CountArrays, now_ms: int, before: FloatArray, growth: float, least: float) -> bool:
    scale = decay_factors(counts, now_ms)[0]
    for item in range(len(before)):
        count, expected = counts[0][0, item] * scale, before[item] * growth
        if count >= least * growth and count - expected > max(_ERRORS * np.sqrt(expected), _SHARE * expected):
            return True
    return False
