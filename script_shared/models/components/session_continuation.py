"""What is read in the course of a visit, rather than to begin one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component, best
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Expected reads mixed into an item's reads that continued a visit.
PRIOR_READS = 2.0


class SessionContinuation(Component):
    """Log ratio of how often an item's reads continue a visit to how often reads do at all.

    The ratio is the posterior mean of a Poisson rate with a gamma prior around 1, worth
    `PRIOR_READS` expected reads.

    Args:
        half_lives: hours, of the state's counts.
    """

    name: ClassVar[str] = "session_continuation"
    log_features: ClassVar[bool] = True

    def __init__(self, half_lives: Sequence[float]) -> None:
        self._half_lives = tuple(half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with most reads that continued a visit, at the shortest half-life."""
        row = state.parameters.find_half_life(self._half_lives[0])
        return state.get_cached(
            (self.name, n), query.now_ms, lambda: _most(state.continuations.values[row], n)
        )

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column a half-life."""
        now, rows = query.now_ms, state.parameters.find_half_lives(self._half_lives)
        everything = state.total_counts.values, state.continuation_totals(now)
        _ratios((state.counts.arrays, state.continuations.arrays), everything, rows, now, items, told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"session_continuation_{hours:g}h" for hours in self._half_lives)


def _most(values: FloatArray, n: int) -> IntArray:
    places = np.flatnonzero(values).astype(np.int32)
    return best(places, values[places], n)


@jit_compiled
def _ratios(
    of_items: tuple[CountArrays, CountArrays],
    of_all: tuple[FloatArray, FloatArray],
    rows: IntArray,
    now_ms: int,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write the ratio of an item's reads that continued a visit to those expected to.

    Args:
        of_items: all reads of items, and those that continued a visit.
        of_all: the same of all items together, as stored.
        rows: the half-lives.
        now_ms: the moment.
        items: which items.
        told: where to, shape (items, rows).
    """
    counts, continued = of_items[0][0], of_items[1][0]
    scale, continued_scale = decay_factors(of_items[0], now_ms), decay_factors(of_items[1], now_ms)
    interactions, continued_interactions = of_all
    for column in range(len(rows)):
        row = rows[column]
        usual = (
            continued_interactions[row] * continued_scale[row] / max(interactions[row, 0] * scale[row], 1e-9)
        )
        for at in range(len(items)):
            expected = counts[row, items[at]] * (scale[row] * usual)
            own = continued[row, items[at]] * continued_scale[row]
            told[at, column] = (own + PRIOR_READS) / (expected + PRIOR_READS)
