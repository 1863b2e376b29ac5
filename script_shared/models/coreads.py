"""What readers read next, after what this reader read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component, Remembered, best
from script_shared.state.state import State, share_of
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query


class Neighbours(NamedTuple):
    """What is read after some items, summed.

    Attributes:
        rows: of each item of the catalogue, its place among the items here; -1 where it has none.
        items: distinct, in no order.
        weights: of each, shape (half-lives, items).
        totals: of all, one a half-life.
    """

    rows: IntArray
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
        self._half_lives, self._depth, self._prior = tuple(half_lives), depth, prior
        self._fades: FloatArray = fade ** np.arange(depth)
        self._neighbours: Remembered[Neighbours] = Remembered()
        self._rows, self._found = NO_ITEMS, NO_ITEMS

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the highest summed weight at the longest half-life."""
        if not len(query.history):
            return NO_ITEMS
        found = self._neighbours.get(query, state, self._sum)
        return best(found.items, found.weights[-1], n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column a half-life; 0 for a reader without history."""
        found = self._neighbours.get(query, state, self._sum) if len(query.history) else None
        if found is None or not len(found.items):
            told[:] = 0.0
            return
        rows, scale = state.parameters.rows(self._half_lives), state.counts.scale(query.now_ms)
        usual = state.counts.values, state.reads.values, scale, rows
        _ratios(found.rows, found.weights, found.totals, *usual, self._prior, items, told)
        np.log(told, out=told)

    def _sum(self, query: Query, state: State) -> Neighbours:
        """Add up what the last reads' neighbours weigh; what was summed before is overwritten."""
        beside, scale = state.rows[self._pairs], getattr(state, self._pairs).scale(query.now_ms)
        read = beside.of(query.history[: -self._depth - 1 : -1].tolist())
        if len(self._rows) != state.sizes.items:
            self._rows, self._found = np.full(state.sizes.items, -1, np.int32), NO_ITEMS
        most = int(beside.lengths[read].sum())
        found, sums, totals = np.empty(most, np.int32), np.zeros((len(scale), most)), np.zeros(len(scale))
        kept = beside.lengths, beside.items, beside.weights, beside.totals
        count = _sum(read, *kept, self._fades, scale, self._found, self._rows, found, sums, totals)
        self._found = found[:count]
        return Neighbours(self._rows, self._found, sums[:, :count], totals)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{self.name}_{hours:g}h" for hours in self._half_lives)


@compiled
def _sum(
    read: IntArray,
    lengths: IntArray,
    items: IntArray,
    weights: FloatArray,
    row_totals: FloatArray,
    fades: FloatArray,
    scale: FloatArray,
    before: IntArray,
    rows: IntArray,
    found: IntArray,
    sums: FloatArray,
    totals: FloatArray,
) -> int:
    """Add up what the same item weighs in several rows; return how many items there are.

    Args:
        read: rows of `state.rows.Rows`, the newest read's first; its attributes follow.
        lengths, items, weights, row_totals: see there.
        fades: what a row counts, by place.
        scale: of the weights, by half-life.
        before: items whose place in `rows` is to be cleared.
        rows, found, sums, totals: where to; see `Neighbours`.
    """
    for item in before:
        rows[item] = -1
    count, half_lives = 0, len(scale)
    for place in range(len(read)):
        row = read[place]
        for at in range(lengths[row]):
            item = items[row, at]
            own = rows[item]
            if own < 0:
                own = rows[item] = count
                found[count] = item
                count += 1
            for column in range(half_lives):
                sums[column, own] += weights[row, at, column] * fades[place] * scale[column]
        for column in range(half_lives):
            totals[column] += row_totals[row, column] * fades[place] * scale[column]
    return count


@compiled
def _ratios(
    rows: IntArray,
    weights: FloatArray,
    totals: FloatArray,
    counts: FloatArray,
    reads: FloatArray,
    scale: FloatArray,
    half_lives: IntArray,
    prior: float,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write how much more often each item was read after these than its share of all reads foretells."""
    for at in range(len(items)):
        row = rows[items[at]]
        for column in range(len(half_lives)):
            expected = prior * share_of(counts, reads, scale, half_lives[column], items[at])
            own = weights[column, row] if row >= 0 else 0.0
            told[at, column] = (own + expected) / (totals[column] + prior) * (prior / expected)
