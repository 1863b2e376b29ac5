"""What readers read next, after what this reader read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component, Remembered, best
from script_shared.state.pairs import Pairs
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query

#: Spreads positions over a table of places (Knuth's multiplicative hashing).
_SPREAD = 2_654_435_761


class Neighbours(NamedTuple):
    """What is read after some items, summed.

    Attributes:
        places: a hash table of rows, -1 where empty; its length is a power of two.
        items: distinct, in no order.
        weights: of each, shape (items, half-lives).
        totals: of all, one a half-life.
    """

    places: IntArray
    items: IntArray
    weights: FloatArray
    totals: FloatArray


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
        self._neighbours: Remembered[Neighbours] = Remembered()

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the highest summed weight at the longest half-life."""
        found = self._neighbours.get(query, state, self._sum)
        return best(found.items, found.weights[:, -1], n)

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the log ratios, one column a half-life; 0 for a reader without history."""
        found = self._neighbours.get(query, state, self._sum)
        if not len(found.items):
            return np.zeros((len(items), len(self._half_lives)), np.float32)
        rows = [state.parameters.nearest(hours) for hours in self._half_lives]
        ratios = _ratios(found, items, state.shares(rows, items, query.now_ms), self._prior)
        return np.log(ratios, out=ratios)

    def _sum(self, query: Query, state: State) -> Neighbours:
        pairs: Pairs = getattr(state, self._pairs)
        rows = [pairs.neighbours(item) for item in query.history[-self._depth :][::-1].tolist()]
        if not rows:
            nothing = np.empty((0, len(self._half_lives)))
            return Neighbours(NO_ITEMS, NO_ITEMS, nothing, np.zeros(len(self._half_lives)))
        fades = np.asarray(self._fade ** np.arange(len(rows)), np.float64)
        scale = pairs.scale(query.now_ms)
        items, weights, totals = zip(*rows, strict=True)
        ends = np.cumsum([len(each) for each in items])
        summed = _sum(np.concatenate(items), np.concatenate(weights, axis=1), ends, fades, scale)
        return Neighbours(*summed, fades @ np.stack(totals) * scale)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{self.name}_{hours:g}h" for hours in self._half_lives)


@compiled
def _place(places: IntArray, found: IntArray, item: int) -> np.int64:
    """Return where an item's row stands in a hash table, or where it would."""
    last = len(places) - 1
    place = np.int64(item) * _SPREAD & last
    while places[place] >= 0 and found[places[place]] != item:
        place = (place + 1) & last
    return place


@compiled
def _sum(
    items: IntArray, weights: FloatArray, ends: IntArray, fades: FloatArray, scale: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Add up what the same item weighs in several rows; return `Neighbours` but for the totals."""
    size = 16
    while size < 2 * len(items):
        size *= 2
    places = np.full(size, -1, np.int32)
    found, sums = np.empty(len(items), np.int32), np.zeros((len(items), len(scale)))
    count = at = 0
    for row in range(len(ends)):
        while at < ends[row]:
            place = _place(places, found, items[at])
            if places[place] < 0:
                places[place] = count
                found[count] = items[at]
                count += 1
            for column in range(len(scale)):
                sums[places[place], column] += weights[column, at] * fades[row] * scale[column]
            at += 1
    return places, found[:count], sums[:count]


@compiled
def _ratios(found: Neighbours, items: IntArray, shares: FloatArray, prior: float) -> FeatureArray:
    """Return how much more often each item was read after these than its share foretells."""
    ratios = np.empty((len(items), len(shares)), np.float32)
    for at in range(len(items)):
        row = found.places[_place(found.places, found.items, items[at])]
        for column in range(len(shares)):
            expected = prior * shares[column, at]
            own = found.weights[row, column] if row >= 0 else 0.0
            ratios[at, column] = (own + expected) / (found.totals[column] + prior) * (prior / expected)
    return ratios
