"""Popularity within the user's context, such as region and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.components.popularity import interleave
from script_shared.models.reasons import CONTEXT
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State, share_of
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

#: Weight of the prior, in expected interactions.
PRIOR_INTERACTIONS = 1.0


class ContextPopularity(Component):
    """Log ratio of an item's count within a context key to the count expected from its overall popularity.

    The ratio (count + prior) / (expected + prior) is the posterior mean of a Poisson rate with a gamma
    prior around 1; its log is 0 for unknown and rare context keys.

    Args:
        context: names of the context columns.
        key_half_lives: hours, of the counts within a key.
    """

    name: ClassVar[str] = "context_popularity"
    reason: ClassVar[str] = CONTEXT
    log_features: ClassVar[bool] = True

    def __init__(self, context: Sequence[str], key_half_lives: Sequence[float]) -> None:
        self._context, self._key_half_lives = tuple(context), tuple(key_half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most popular items within each context key of the query, interleaved."""
        now, keys = query.now_ms, tuple(key for key in query.keys if key != UNKNOWN)
        return state.get_cached(
            (keys, n), now, lambda: interleave([state.most_popular(0, n, now, key) for key in keys], n)
        )

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the ratios, one column a context column and half-life."""
        half_lives = state.parameters.find_half_lives(self._key_half_lives)
        keys = np.array(query.keys, np.int64)
        overall = state.counts.arrays, state.total_counts.values, half_lives
        within = state.key_counts.arrays, state.key_totals.arrays
        _write_ratios(overall, within, keys, query.now_ms, items, out)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`."""
        return tuple(f"{column}_{h:g}h" for column in self._context for h in self._key_half_lives)


@jit_compiled
def _write_ratios(
    overall: tuple[CountArrays, FloatArray, IntArray],
    within: tuple[CountArrays, CountArrays],
    keys: LongArray,
    now_ms: int,
    items: IntArray,
    out: FeatureArray,
) -> None:
    """Write the smoothed ratios of counts within context keys to expected counts.

    Args:
        overall: counts of items, counts of all interactions, and their rows of the keys' half-lives.
        within: counts of items within keys, and counts of all interactions within keys.
        keys: context keys, -1 for unknown ones.
        now_ms: current moment, ms UTC.
        items: positions.
        out: shape (items, keys · half-lives).
    """
    counts, interactions, half_lives = overall[0][0], overall[1], overall[2]
    key_counts, key_totals = within[0][0], within[1][0]
    scale = decay_factors(overall[0], now_ms)
    key_scale, total_scale = decay_factors(within[0], now_ms), decay_factors(within[1], now_ms)
    size = counts.shape[1]
    for place in range(len(keys)):
        key, first = keys[place], place * len(half_lives)
        for row in range(len(items)):
            for column in range(len(half_lives)):
                if key == UNKNOWN:
                    out[row, first + column] = 1.0
                    continue
                share = share_of(counts, interactions, scale, half_lives[column], items[row])
                expected = key_totals[column, key] * total_scale[column] * share
                count = key_counts[column, key * size + items[row]] * key_scale[column]
                out[row, first + column] = (count + PRIOR_INTERACTIONS) / (expected + PRIOR_INTERACTIONS)
