"""How much an item is read where the reader is: counts within region and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.components.popularity import interleave
from script_shared.models.reasons import NEAR_YOU
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.state import State, share_of
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

#: Expected reads mixed into an item's reads within a key, so that rare keys and items say little.
PRIOR_READS = 1.0


class ContextPopularity(Component):
    """Log ratio of how often an item is read within a context key to how often it is everywhere.

    The ratio is the posterior mean of a Poisson rate with a gamma prior around 1, worth
    `PRIOR_READS` expected reads: a key seldom seen, or unknown, gives 0.

    Args:
        context: names of the context columns.
        key_half_lives: hours of the counts within a key.
    """

    name: ClassVar[str] = "context_popularity"
    reason: ClassVar[str] = NEAR_YOU
    log_features: ClassVar[bool] = True

    def __init__(self, context: Sequence[str], key_half_lives: Sequence[float]) -> None:
        self._context, self._key_half_lives = tuple(context), tuple(key_half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most read items within each key of the query, in turns."""
        now, keys = query.now_ms, tuple(key for key in query.keys if key != UNKNOWN)
        return state.get_cached(
            (keys, n), now, lambda: interleave([state.most_popular(0, n, now, key) for key in keys], n)
        )

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write one column a context column and half-life."""
        rows, keys = state.parameters.find_half_lives(self._key_half_lives), np.array(query.keys, np.int64)
        usual = state.counts.arrays, state.total_counts.values, rows
        _ratios(usual, (state.key_counts.arrays, state.key_totals.arrays), keys, query.now_ms, items, told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{column}_{h:g}h" for column in self._context for h in self._key_half_lives)


@jit_compiled
def _ratios(
    usual: tuple[CountArrays, FloatArray, IntArray],
    within: tuple[CountArrays, CountArrays],
    keys: LongArray,
    now_ms: int,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write how much more often items are read within keys than their shares of all reads foretell.

    Args:
        usual: counts of items and of all reads, and the half-lives that go with those within keys.
        within: counts of items within keys, and of whole keys.
        keys: which keys, -1 for unknown ones.
        now_ms: the moment.
        items: which items.
        told: where to, shape (items, keys · half-lives).
    """
    (counts, interactions, rows), ((own, _, _), (totals, _, _)) = (usual[0][0], *usual[1:]), within
    scale, own_scale, totals_scale = (
        decay_factors(usual[0], now_ms),
        decay_factors(within[0], now_ms),
        decay_factors(within[1], now_ms),
    )
    size = counts.shape[1]
    for place in range(len(keys)):
        key, first = keys[place], place * len(rows)
        for at in range(len(items)):
            for row in range(len(rows)):
                if key == UNKNOWN:
                    told[at, first + row] = 1.0
                    continue
                share = share_of(counts, interactions, scale, rows[row], items[at])
                expected = totals[row, key] * totals_scale[row] * share
                count = own[row, key * size + items[at]] * own_scale[row]
                told[at, first + row] = (count + PRIOR_READS) / (expected + PRIOR_READS)
