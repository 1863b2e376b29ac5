"""How new an item is, in general and to this reader."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.models.base import Component
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, Query


class Recency(Component):
    """How new an item is, in general and to this reader."""

    name: ClassVar[str] = "recency"

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return log hours since the first read, and whether that was after the reader's last visit."""
        first = state.items.first_ms[items]
        hours = np.maximum(query.now_ms - first, 0) / MS_PER_HOUR
        last_visit = query.times[-1] if len(query.times) else 0
        appeared_since = (first > last_visit) if last_visit else np.zeros(len(items))
        return np.stack([np.log(hours + 0.1), appeared_since], axis=1).astype(np.float32)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return ("age", "new_to_reader")
