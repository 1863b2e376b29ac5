"""What is read in the course of a visit, rather than to begin one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component, best
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

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
        rows = np.array([state.parameters.nearest(hours) for hours in self._half_lives])
        now = query.now_ms
        counts, continued = state.counts, state.continued
        scales = counts.scale(now) * state.continuing(now), continued.scale(now)
        return _ratios(counts.values, continued.values, scales, rows, items)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"onward_{hours:g}h" for hours in self._half_lives)


@compiled
def _ratios(
    counts: FloatArray,
    continued: FloatArray,
    scales: tuple[FloatArray, FloatArray],
    rows: IntArray,
    items: IntArray,
) -> FeatureArray:
    """Return the log ratio of an item's reads that continued a visit to those expected to.

    Args:
        counts: of all reads, shape (half-lives, all items).
        continued: of those that continued a visit.
        scales: what turns the first into expected and the second into actual reads, by half-life.
        rows: the half-lives.
        items: which items.
    """
    ratios = np.empty((len(items), len(rows)), np.float32)
    for at in range(len(items)):
        for column, row in enumerate(rows):
            expected = counts[row, items[at]] * scales[0][row]
            own = continued[row, items[at]] * scales[1][row]
            ratios[at, column] = np.log(np.float32((own + PRIOR_READS) / (expected + PRIOR_READS)))
    return ratios
