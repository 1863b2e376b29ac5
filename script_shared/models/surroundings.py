"""How much an item is read where the reader is: counts within region and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component
from script_shared.models.popularity import interleave
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN

#: Expected reads mixed into an item's reads within a key, so that rare keys and items say little.
PRIOR_READS = 1.0


class Surroundings(Component):
    """Log ratio of how often an item is read within a context key to how often it is everywhere.

    The ratio is the posterior mean of a Poisson rate with a gamma prior around 1, worth
    `PRIOR_READS` expected reads: a key seldom seen, or unknown, gives 0.

    Args:
        context: names of the context columns.
        key_half_lives: hours of the counts within a key.
    """

    name: ClassVar[str] = "surroundings"

    def __init__(self, context: Sequence[str], key_half_lives: Sequence[float]) -> None:
        self._context, self._key_half_lives = tuple(context), tuple(key_half_lives)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most read items within each key of the query, in turns."""
        now, keys = query.now_ms, tuple(key for key in query.keys if key != UNKNOWN)
        return state.once(
            (keys, n), now, lambda: interleave([state.most_read(0, n, now, key) for key in keys], n)
        )

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return one column a context column and half-life."""
        rows = [state.parameters.nearest(hours) for hours in self._key_half_lives]
        shares = state.shares(rows, items, query.now_ms)
        keys = np.array(query.keys, np.int64)
        slots = np.where(keys == UNKNOWN, 0, keys)[:, None] * state.sizes.items + items
        counts = state.key_counts.at(slots.ravel(), query.now_ms)
        totals = state.key_totals.at(keys, query.now_ms)
        ratios = _ratios(counts, totals, shares)
        ratios[:, np.repeat(keys == UNKNOWN, len(rows))] = 1.0
        return np.log(ratios, out=ratios)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{column}_{h:g}h" for column in self._context for h in self._key_half_lives)


@compiled
def _ratios(counts: FloatArray, totals: FloatArray, shares: FloatArray) -> FeatureArray:
    """Return how much more often items are read within keys than their shares foretell.

    Args:
        counts: within each key, shape (half-lives, keys · items).
        totals: of all items within each key, shape (half-lives, keys).
        shares: of all reads, shape (half-lives, items).
    """
    half_lives, items = shares.shape
    keys = totals.shape[1]
    ratios = np.empty((items, keys * half_lives), np.float32)
    for key in range(keys):
        for row in range(half_lives):
            for at in range(items):
                expected = totals[row, key] * shares[row, at]
                own = counts[row, key * items + at]
                ratios[at, key * half_lives + row] = (own + PRIOR_READS) / (expected + PRIOR_READS)
    return ratios
