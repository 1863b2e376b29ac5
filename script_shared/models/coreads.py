"""What readers read next, after what this reader read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component, Remembered, best
from script_shared.state.counts import Decayed, decays
from script_shared.state.state import State, share_of
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query


class Neighbours(NamedTuple):
    """What is read after some items, summed.

    Attributes:
        rows: of each item of the catalogue, its place among the items here; -1 where it has none.
        items: distinct, in no order.
        weights: of each, shape (items, half-lives).
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

    tells_logs: ClassVar[bool] = True

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
        self._neighbours: Remembered[Neighbours] = Remembered()
        self._rows, self._count = NO_ITEMS, 0

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the highest summed weight at the longest half-life."""
        if not len(query.history):
            return NO_ITEMS
        found = self._neighbours.get(query, state, self._sum)
        return best(found.items, found.weights[:, -1], n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column a half-life; 0 for a reader without history."""
        found = self._neighbours.get(query, state, self._sum) if len(query.history) else None
        if found is None or not len(found.items):
            told[:] = 1.0
            return
        rows = state.parameters.rows(self._half_lives)
        usual = state.counts.parts, state.reads.values, rows, query.now_ms
        _ratios((found.rows, found.weights, found.totals), self._prior, usual, items, told)

    def _sum(self, query: Query, state: State) -> Neighbours:
        """Add up what the last reads' neighbours weigh; what was summed before is overwritten."""
        beside, scale = state.rows[self._pairs], getattr(state, self._pairs).scale(query.now_ms)
        read = beside.of(query.history[: -self._depth - 1 : -1].tolist())
        if len(self._rows) != state.sizes.items:
            self._make_room(state.sizes.items, beside.items.shape[1])
        kept = beside.lengths, beside.items, beside.shares, beside.totals
        found = self._found, self._sums, self._totals
        count = self._count = _sum(read, kept, self._fades, scale, self._rows, (*found, self._count))
        return Neighbours(self._rows, found[0][:count], found[1][:count], found[2])

    def _make_room(self, items: int, partners: int) -> None:
        self._rows = np.full(items, -1, np.int16)
        self._found: IntArray = np.empty(self._depth * partners, np.int32)
        self._sums: FloatArray = np.empty((self._depth * partners, len(self._half_lives)))
        self._totals: FloatArray = np.empty(len(self._half_lives))
        self._count = 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"{self.name}_{hours:g}h" for hours in self._half_lives)


@compiled
def _sum(
    read: IntArray,
    kept: tuple[IntArray, IntArray, FeatureArray, FloatArray],
    fades: FloatArray,
    scale: FloatArray,
    rows: IntArray,
    last: tuple[IntArray, FloatArray, FloatArray, int],
) -> int:
    """Add up what the same item weighs in several rows; return how many items there are.

    Args:
        read: rows of `state.rows.Rows`, the newest read's first.
        kept: these rows' lengths, items, shares and totals.
        fades: what a row counts, by place.
        scale: of the weights, by half-life.
        rows: see `Neighbours`; it is written over, as is the next.
        last: items, weights and totals, and how many items there were.
    """
    lengths, items, shares, row_totals = kept
    found, sums, totals, count = last
    for at in range(count):
        rows[found[at]] = -1
    totals[:] = 0.0
    count, weights = 0, np.empty(len(scale))
    for place in range(len(read)):
        row = read[place]
        for column in range(len(scale)):
            weights[column] = row_totals[row, column] * fades[place] * scale[column]
            totals[column] += weights[column]
        for at in range(lengths[row]):
            own = rows[items[row, at]]
            if own < 0:
                own = rows[items[row, at]] = count
                found[count], sums[count] = items[row, at], 0.0
                count += 1
            for column in range(len(scale)):
                sums[own, column] += shares[row, at, column] * weights[column]
    return count


@compiled
def _ratios(
    found: tuple[IntArray, FloatArray, FloatArray],
    prior: float,
    usual: tuple[Decayed, FloatArray, IntArray, int],
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write how much more often each item was read after these than its share of all reads foretells."""
    rows, weights, totals = found
    decayed, reads, half_lives, now_ms = usual
    counts, scale = decayed[0], decays(decayed, now_ms)
    for at in range(len(items)):
        row = rows[items[at]]
        for column in range(len(half_lives)):
            expected = prior * share_of(counts, reads, scale, half_lives[column], items[at])
            own = weights[row, column] if row >= 0 else 0.0
            told[at, column] = (own + expected) / (totals[column] + prior) * (prior / expected)
