"""What readers read next, after what this reader read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.models.base import Component, Remembered, best
from script_shared.state.pairs import Pairs
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query

_Found = tuple[IntArray, FloatArray, FloatArray]


class CoReads(Component):
    """Log ratio of how often an item follows the reader's last reads to how often it is read at all.

    Weights of the state's pairs are summed over the last reads, faded with each step back. The
    ratio is smoothed towards 1 by `prior` expected reads (a Dirichlet prior of the item's share).

    Args:
        pairs: which of the state's pairs to use, the attribute's name.
        name: of the component, that of the pairs by default.
        half_lives: hours, as those pairs have them.
        depth: how many of the last reads count.
        fade: what is left of a read's say with each step back, 0 to 1.
        prior: reads of the whole audience mixed in.
    """

    def __init__(
        self,
        pairs: str,
        half_lives: Sequence[float],
        *,
        depth: int,
        fade: float,
        prior: float,
        name: str = "",
    ) -> None:
        self.name = name or pairs  # type: ignore[misc]  # one class, several components
        self._pairs = pairs
        self._half_lives, self._depth, self._fade, self._prior = tuple(half_lives), depth, fade, prior
        self._neighbours: Remembered[_Found] = Remembered()

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the highest summed weight at the longest half-life."""
        items, weights, _ = self._neighbours.get(query, state, self._sum)
        return best(items, weights[-1], n)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the log ratios, one column a half-life; 0 for a reader without history."""
        known, weights, totals = self._neighbours.get(query, state, self._sum)
        if not len(known) or not len(items):
            return np.zeros((len(items), len(self._half_lives)), np.float32)
        places = np.minimum(np.searchsorted(known, items), len(known) - 1)
        own = np.where(known[places] == items, weights[:, places], 0.0)
        rows = [state.parameters.nearest(hours) for hours in self._half_lives]
        expected = self._prior * state.shares(rows, items, query.now_ms)
        ratio = (own + expected) / (totals[:, None] + self._prior) * (self._prior / expected)
        return np.log(ratio.T).astype(np.float32)

    def _sum(self, query: Query, state: State) -> _Found:
        """Return items in ascending order, their weights (half-lives, items) and all weights' sums."""
        pairs: Pairs = getattr(state, self._pairs)
        recent = query.history[-self._depth :][::-1].tolist()
        rows = [pairs.neighbours(item) for item in recent]
        if not rows:
            return NO_ITEMS, np.empty((len(self._half_lives), 0)), np.zeros(len(self._half_lives))
        fades = self._fade ** np.arange(len(rows))
        scale = pairs.scale(query.now_ms)
        items, slots = np.unique(np.concatenate([row[0] for row in rows]), return_inverse=True)
        faded = np.concatenate([row[1] * fade for row, fade in zip(rows, fades, strict=True)], axis=1)
        sums = np.stack([np.bincount(slots, line, minlength=len(items)) for line in faded])
        totals = np.stack([row[2] for row in rows], axis=1) @ fades
        return items, sums * scale[:, None], totals * scale

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{self.name}_{hours:g}h" for hours in self._half_lives)
