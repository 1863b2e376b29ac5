"""Item-to-item co-occurrence: which items follow the user's last items in the histories of all users."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.caches import QueryCache
from script_shared.models.kernels import top_items
from script_shared.models.reasons import FOLLOWS_ITEM
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.neighbour_rows import RowArrays
from script_shared.state.pairs import Pairs
from script_shared.state.state import State, share_of
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN

#: Added to an item's mean share before its logarithm.
MIN_SHARE = 1e-3
#: Items, weights, shares and totals of the neighbours, and the number of neighbours of the last call.
_Buffers = tuple[IntArray, FloatArray, FloatArray, FloatArray, int]


class Neighbours(NamedTuple):
    """The items that follow some history items, summed over these.

    Attributes:
        rows: row of each item of the catalogue among the neighbours; -1 for other items.
        items: distinct neighbours, unordered.
        weights: pair weights, shape (neighbours, half-lives).
        shares: mean share of a neighbour among the items that follow a history item; same shape.
        totals: sum of all pair weights, one a half-life.
    """

    rows: IntArray
    items: IntArray
    weights: FloatArray
    shares: FloatArray
    totals: FloatArray


class CoOccurrence(Component):
    """How often an item follows the user's last items, as a lift and as a probability.

    The decayed pair weights of the state are summed over the last items, each step back counting `fade`
    times the one after it. Two features a half-life result:

    - the log lift (weight + prior · share) / ((total + prior) · share), where share is the item's share of
      all interactions: a Dirichlet prior of `prior` expected interactions;
    - the log of `MIN_SHARE` plus the item's mean share of what follows each history item: an item-to-item
      Markov chain with decay.

    The lift measures how specific an item is to the history, the share how likely it is.

    Args:
        pairs: attribute of the state that contains the pairs.
        half_lives: hours, equal to those of the pairs.
        depth: number of last items that count.
        fade: weight of a history item relative to the next newer one, 0 to 1.
        prior: weight of the prior, in interactions.
        name: name of the component; by default that of the pairs.
    """

    log_features: ClassVar[bool] = True
    reason: ClassVar[str] = FOLLOWS_ITEM

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
        self._half_lives, self._depth, self._prior = tuple(half_lives), depth, prior
        self._fades = np.asarray(fade ** np.arange(depth), np.float64)
        self._neighbours: QueryCache[Neighbours] = QueryCache()
        self._rows, self._count = NO_ITEMS, 0

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the neighbours with the highest weight at the longest half-life."""
        if not len(query.history):
            return NO_ITEMS
        neighbours = self._neighbours.get(query, state, self._sum_neighbours)
        return top_items(neighbours.items, neighbours.weights[:, -1], n)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write lifts and shares, one column a half-life each; constants without history."""
        neighbours = self._neighbours.get(query, state, self._sum_neighbours) if len(query.history) else None
        if neighbours is None or not len(neighbours.items):
            out[:] = 1.0
            return
        half_lives = state.parameters.find_half_lives(self._half_lives)
        popularity = state.counts.arrays, state.total_counts.values, half_lives, query.now_ms
        rows, columns = neighbours.rows, len(half_lives)
        summed = rows, neighbours.weights, neighbours.totals
        _write_lifts(summed, self._prior, popularity, items, out[:, :columns])
        _write_shares(rows, neighbours.shares, items, out[:, columns:])

    def source_items(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the history item that contributes most to each item's weight."""
        history = query.history[: -self._depth - 1 : -1]
        if not len(history):
            return super().source_items(query, state, items)
        pairs: Pairs = getattr(state, self._pairs)
        rows = pairs.find_rows(history.tolist())
        return _find_sources(history, rows, pairs.neighbour_rows.arrays, self._fades, items)

    def _sum_neighbours(self, query: Query, state: State) -> Neighbours:
        """Sum the neighbours of the last items into buffers, which the next call overwrites."""
        pairs: Pairs = getattr(state, self._pairs)
        history = pairs.find_rows(query.history[: -self._depth - 1 : -1].tolist())
        if len(self._rows) != state.sizes.items:
            self._allocate(state.sizes.items, pairs.neighbour_rows.items.shape[1])
        items, weights, shares = self._items, self._weights, self._shares
        buffers = items, weights, shares, self._totals, self._count
        arrays, scale = pairs.neighbour_rows.arrays, pairs.scale(query.now_ms)
        count = self._count = _sum_rows(history, arrays, self._fades, scale, self._rows, buffers)
        return Neighbours(self._rows, items[:count], weights[:count], shares[:count], self._totals)

    def _allocate(self, items: int, partners: int) -> None:
        self._rows = np.full(items, -1, np.int16)
        self._items: IntArray = np.empty(self._depth * partners, np.int32)
        self._weights: FloatArray = np.empty((self._depth * partners, len(self._half_lives)))
        self._shares: FloatArray = np.empty_like(self._weights)
        self._totals: FloatArray = np.empty(len(self._half_lives))
        self._count = 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`."""
        kinds = self.name, f"{self.name}_share"
        return tuple(f"{kind}_{hours:g}h" for kind in kinds for hours in self._half_lives)


@jit_compiled
def _sum_rows(
    history: IntArray, pairs: RowArrays, fades: FloatArray, scale: FloatArray, rows: IntArray, out: _Buffers
) -> int:
    """Sum the weights and shares of the neighbours of several items; return the number of neighbours.

    Args:
        history: rows of `pairs`, the newest item's first.
        pairs: lengths, items, shares and totals of all rows; see `NeighbourRows`.
        fades: weight of each history row.
        scale: decay factor of the weights, one a half-life.
        rows: see `Neighbours`; overwritten, like the buffers.
        out: items, weights, shares and totals, and the number of neighbours of the last call.
    """
    lengths, items, shares, row_totals = pairs
    found, sums, means, totals, count = out
    for index in range(count):
        rows[found[index]] = -1
    totals[:] = 0.0
    count, weights, all_fades = 0, np.empty(len(scale)), fades[: len(history)].sum()
    for place in range(len(history)):
        row, row_share = history[place], fades[place] / all_fades
        for column in range(len(scale)):
            weights[column] = row_totals[row, column] * fades[place] * scale[column]
            totals[column] += weights[column]
        for index in range(lengths[row]):
            target = rows[items[row, index]]
            if target < 0:
                target = rows[items[row, index]] = count
                found[count], sums[count], means[count] = items[row, index], 0.0, 0.0
                count += 1
            for column in range(len(scale)):
                sums[target, column] += shares[row, index, column] * weights[column]
                means[target, column] += shares[row, index, column] * row_share
    return count


@jit_compiled
def _write_lifts(
    neighbours: tuple[IntArray, FloatArray, FloatArray],
    prior: float,
    popularity: tuple[CountArrays, FloatArray, IntArray, int],
    items: IntArray,
    out: FeatureArray,
) -> None:
    """Write the smoothed ratio of each item's share among the neighbours to its share of all interactions.

    Args:
        neighbours: `rows`, `weights` and `totals` of `Neighbours`.
        prior: weight of the prior.
        popularity: decayed counts of items and of all interactions, rows of half-lives, current moment.
        items: positions.
        out: shape (items, half-lives).
    """
    rows, weights, totals = neighbours
    decayed, interactions, half_lives, now_ms = popularity
    counts, scale = decayed[0], decay_factors(decayed, now_ms)
    for index in range(len(items)):
        row = rows[items[index]]
        for column in range(len(half_lives)):
            expected = prior * share_of(counts, interactions, scale, half_lives[column], items[index])
            weight = weights[row, column] if row >= 0 else 0.0
            out[index, column] = (weight + expected) / (totals[column] + prior) * (prior / expected)


@jit_compiled
def _write_shares(rows: IntArray, shares: FloatArray, items: IntArray, out: FeatureArray) -> None:
    """Write `MIN_SHARE` plus the mean share of each item among what follows the history items."""
    for index in range(len(items)):
        row = rows[items[index]]
        for column in range(out.shape[1]):
            out[index, column] = MIN_SHARE + (shares[row, column] if row >= 0 else 0.0)


@jit_compiled
def _find_sources(
    history: IntArray, rows: IntArray, pairs: RowArrays, fades: FloatArray, items: IntArray
) -> IntArray:
    """Return the history item in whose row each item has the largest weight at the longest half-life."""
    lengths, neighbours, shares, totals = pairs
    sources, last = np.full(len(items), UNKNOWN, np.int32), totals.shape[1] - 1
    for index in range(len(items)):
        largest = 0.0
        for place in range(len(rows)):
            row = rows[place]
            column = np.searchsorted(neighbours[row, : lengths[row]], items[index])
            if column < lengths[row] and neighbours[row, column] == items[index]:
                weight = shares[row, column, last] * totals[row, last] * fades[place]
                if weight > largest:
                    largest, sources[index] = weight, history[place]
    return sources
