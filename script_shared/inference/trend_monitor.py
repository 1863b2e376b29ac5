"""Detects changes of the trending items, which invalidate cached lists."""

from __future__ import annotations

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State
from script_shared.types import FloatArray

#: Number of most popular items that are trending; no list for all users depends on more of the newest counts.
_TRENDING = 100
#: A rise is significant above three standard errors (the root of a Poisson count) and above a tenth of the
#: expected count, which changes a list little.
_ERRORS, _MIN_RISE = 3.0, 0.1
#: Minimum time between comparisons, as a share of the state's staleness limit; a comparison takes 0.1 ms.
_INTERVAL_SHARE = 0.5


class TrendMonitor:
    """Compares the counts at the shortest half-life with those of the last change.

    An item has risen if it is trending and its count has grown by more than chance and by more than the
    total of all items. A falling item needs no test, because a rising one overtakes it. Slower changes are
    left to the age limit of cached lists.

    Args:
        max_age_ms: maximum age of the counts to compare with.

    Attributes:
        changes: number of changes detected.
        changed_ms: time of the last change, ms UTC.
    """

    def __init__(self, max_age_ms: int) -> None:
        self.changes, self.changed_ms = 0, -max_age_ms
        self._max_age_ms = max_age_ms
        self._baseline_ms = self._compared_ms = 0
        self._version = -1
        self._baseline: FloatArray = np.empty(0)
        self._total = self._threshold = 0.0

    def update(self, state: State, now_ms: int) -> None:
        """Compare the counts, unless the state is unchanged or the last comparison was a moment ago."""
        interval_ms = _INTERVAL_SHARE * state.max_staleness_ms
        if state.version == self._version or 0 <= now_ms - self._compared_ms < interval_ms:
            return
        self._version, self._compared_ms = state.version, now_ms
        total = float(state.totals(now_ms)[0])
        growth = total / self._total if self._total else 1.0
        if _has_risen(state.counts.arrays, now_ms, self._baseline, growth, self._threshold):
            self.changes += 1
            self.changed_ms = now_ms
        elif 0 <= now_ms - self._baseline_ms < self._max_age_ms:
            return
        self._set_baseline(state, now_ms)

    def _set_baseline(self, state: State, now_ms: int) -> None:
        """Store the current counts, their total, and the count of the last trending item."""
        counts = state.counts.values[0] * state.counts.scale(now_ms)[0]
        place = max(len(counts) - _TRENDING, 0)
        self._threshold = float(np.partition(counts, place)[place]) if len(counts) else 0.0
        self._baseline, self._total, self._baseline_ms = counts, float(state.totals(now_ms)[0]), now_ms


@jit_compiled
def _has_risen(counts: CountArrays, now_ms: int, baseline: FloatArray, growth: float, minimum: float) -> bool:
    scale = decay_factors(counts, now_ms)[0]
    for item in range(len(baseline)):
        count, expected = counts[0][0, item] * scale, baseline[item] * growth
        rise = max(_ERRORS * np.sqrt(expected), _MIN_RISE * expected)
        if count >= minimum * growth and count - expected > rise:
            return True
    return False
