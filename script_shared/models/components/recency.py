"""How new an item is, in general and to this reader."""

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
    """How new an item is, in general and to this reader."""

    name: ClassVar[str] = "recency"
    reason: ClassVar[str] = NEW
    descending: ClassVar[tuple[str, ...]] = ("age",)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write log hours since the first read, and whether that was after the reader's last visit."""
        last_visit = int(query.times[-1]) if len(query.times) else NEVER
        _describe(state.items.first_ms, items, query.now_ms, last_visit, told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return ("age", "new_to_user")


@jit_compiled
def _describe(
    first_ms: LongArray, items: IntArray, now_ms: int, last_visit_ms: int, told: FeatureArray
) -> None:
    """Write log hours since the first read, smoothed, and whether that was after the last visit."""
    for at in range(len(items)):
        first = first_ms[items[at]]
        told[at, 0] = np.log(np.float32(max(now_ms - first, 0) / MS_PER_HOUR + 0.1))
        told[at, 1] = first > last_visit_ms
