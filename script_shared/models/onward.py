"""What is read in the course of a visit, rather than to begin one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.models.base import Component, best
from script_shared.state.state import State
from script_shared.types import FeatureArray, IntArray, Query

#: Expected reads mixed into an item's reads that continued a visit.
PRIOR_READS = 2.0


class Onward(Component):
    """Log ratio of how often an item's reads continue a visit to how often reads do at all.

    The ratio is the posterior mean of a Poisson rate with a gamma prior around 1, worth
    `PRIOR_READS` expected reads.

    Args:
        half_lives: hours, of the state's counts.
    """

    name: ClassVar[str] = "onward"

    def __init__(self, half_lives: Sequence[float]) -> None:
        self._half_lives = tuple(half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with most reads that continued a visit, at the shortest half-life."""
        row = state.parameters.nearest(self._half_lives[0])
        values = state.continued.values[row]
        return state.once(
            (self.name, n), query.now_ms, lambda: best(np.flatnonzero(values), values[values > 0], n)
        )

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the log ratios, one column a half-life."""
        rows = [state.parameters.nearest(hours) for hours in self._half_lives]
        counts = state.counts.at(items, query.now_ms)[rows]
        continued = state.continued.at(items, query.now_ms)[rows]
        expected = counts * state.continuing(query.now_ms)[rows, None]
        ratios = (continued + PRIOR_READS) / (expected + PRIOR_READS)
        return np.log(ratios.T.astype(np.float32, order="C"))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"onward_{hours:g}h" for hours in self._half_lives)
