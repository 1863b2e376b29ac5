"""Recency: the age of an item, and whether it is new to the user."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.reasons import NEW
from script_shared.state.items import NEVER
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, LongArray, Query


class Recency(Component):
    """Log hours since an item's first interaction, and whether that is later than the user's last one."""

    name: ClassVar[str] = "recency"
    reason: ClassVar[str] = NEW
    descending: ClassVar[tuple[str, ...]] = ("age",)
    feature_names = ("age", "new_to_user")

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write log(hours + 0.1) since the first interaction, and 0 or 1."""
        last_ms = int(query.times[-1]) if len(query.times) else NEVER
        _write_ages(state.items.first_ms, items, query.now_ms, last_ms, out)


@jit_compiled
def _write_ages(first_ms: LongArray, items: IntArray, now_ms: int, last_ms: int, out: FeatureArray) -> None:
    for row in range(len(items)):
        first = first_ms[items[row]]
        out[row, 0] = np.log(np.float32(max(now_ms - first, 0) / MS_PER_HOUR + 0.1))
        out[row, 1] = first > last_ms
