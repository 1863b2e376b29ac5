"""How much an item is read where the reader is: counts within region and device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

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
        parts = [self._log_ratios(query, state, items, key, shares) for key in query.keys]
        return np.concatenate(parts).T.astype(np.float32)

    def _log_ratios(
        self, query: Query, state: State, items: IntArray, key: int, shares: FloatArray
    ) -> FloatArray:
        if key == UNKNOWN:
            return np.zeros_like(shares)
        counts = state.key_counts.at(key * np.int64(state.sizes.items) + items, query.now_ms)
        total = state.key_totals.at(np.array([key]), query.now_ms)
        return np.log((counts + PRIOR_READS) / (total * shares + PRIOR_READS))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{column}_{h:g}h" for column in self._context for h in self._key_half_lives)
