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
        return state.once((self.name, n), query.now_ms, lambda: _most(state.continued.values[row], n))

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column a half-life."""
        now, counts, continued = query.now_ms, state.counts, state.continued
        rows, usual = state.parameters.rows(self._half_lives), state.continuing(now)
        all_reads = counts.values, counts.scale(now), usual
        _ratios(all_reads, (continued.values, continued.scale(now)), rows, items, told)
        np.log(told, out=told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"onward_{hours:g}h" for hours in self._half_lives)


def _most(values: FloatArray, n: int) -> IntArray:
    places = np.flatnonzero(values).astype(np.int32)
    return best(places, values[places], n)


@compiled
def _ratios(
    all_reads: tuple[FloatArray, FloatArray, FloatArray],
    onward: tuple[FloatArray, FloatArray],
    rows: IntArray,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write the ratio of an item's reads that continued a visit to those expected to.

    Args:
        all_reads: counts of items, their scale, and the share that usually continues a visit, by half-life.
        onward: counts of those that did, and their scale.
        rows: the half-lives.
        items: which items.
        told: where to, shape (items, rows).
    """
    counts, scale, usual = all_reads
    continued, continued_scale = onward
    for at in range(len(items)):
        for column in range(len(rows)):
            row = rows[column]
            expected = counts[row, items[at]] * (scale[row] * usual[row])
            own = continued[row, items[at]] * continued_scale[row]
            told[at, column] = (own + PRIOR_READS) / (expected + PRIOR_READS)
