"""Session continuation: items that users open in the course of a session rather than at its start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.kernels import top_items
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Weight of the prior, in expected interactions.
PRIOR_INTERACTIONS = 2.0


class SessionContinuation(Component):
    """Log ratio of an item's interactions that continue a session to the number expected from all items.

    The ratio (count + prior) / (expected + prior) is the posterior mean of a Poisson rate with a gamma
    prior around 1.

    Args:
        half_lives: hours, among those of the state.
    """

    name: ClassVar[str] = "session_continuation"
    log_features: ClassVar[bool] = True

    def __init__(self, half_lives: Sequence[float]) -> None:
        self._half_lives = tuple(half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the most interactions that continue a session, at the shortest half-life."""
        row = state.parameters.find_half_life(self._half_lives[0])
        values = state.continuations.values[row]
        return state.get_cached((self.name, n), query.now_ms, lambda: _top_nonzero(values, n))

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the ratios, one column a half-life."""
        now, rows = query.now_ms, state.parameters.find_half_lives(self._half_lives)
        totals = state.total_counts.values, state.continuation_totals(now)
        _write_ratios((state.counts.arrays, state.continuations.arrays), totals, rows, now, items, out)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`."""
        return tuple(f"session_continuation_{hours:g}h" for hours in self._half_lives)


def _top_nonzero(values: FloatArray, n: int) -> IntArray:
    items = np.flatnonzero(values).astype(np.int32)
    return top_items(items, values[items], n)


@jit_compiled
def _write_ratios(
    by_item: tuple[CountArrays, CountArrays],
    totals: tuple[FloatArray, FloatArray],
    rows: IntArray,
    now_ms: int,
    items: IntArray,
    out: FeatureArray,
) -> None:
    """Write the smoothed ratio of each item's continuing interactions to the expected number.

    Args:
        by_item: counts of all interactions of each item, and of those that continue a session.
        totals: the same summed over all items, before scaling.
        rows: rows of the half-lives.
        now_ms: current moment, ms UTC.
        items: positions.
        out: shape (items, rows).
    """
    counts, continued = by_item[0][0], by_item[1][0]
    scale, continued_scale = decay_factors(by_item[0], now_ms), decay_factors(by_item[1], now_ms)
    all_interactions, all_continued = totals
    for column in range(len(rows)):
        row = rows[column]
        rate = all_continued[row] * continued_scale[row] / max(all_interactions[row, 0] * scale[row], 1e-9)
        for index in range(len(items)):
            expected = counts[row, items[index]] * (scale[row] * rate)
            count = continued[row, items[index]] * continued_scale[row]
            out[index, column] = (count + PRIOR_INTERACTIONS) / (expected + PRIOR_INTERACTIONS)
