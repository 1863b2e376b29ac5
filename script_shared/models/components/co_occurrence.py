"""What readers read next, after what this reader read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component, QueryCache, best
from script_shared.models.reasons import BECAUSE_YOU_READ
from script_shared.state.counts import CountArrays, decay_factors
from script_shared.state.pairs import Pairs
from script_shared.state.state import State, share_of
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN

#: Added to an item's share before its logarithm.
LEAST_SHARE = 1e-3


class Neighbours(NamedTuple):
    """What is read after some items, summed.

    Attributes:
        rows: of each item of the catalogue, its place among the items here; -1 where it has none.
        items: distinct, in no order.
        weights: of each, shape (items, half-lives).
        shares: of each, of what follows one of the reads, the mean over these; same shape.
        totals: weights of all, one a half-life.
    """

    rows: IntArray
    items: IntArray
    weights: FloatArray
    shares: FloatArray
    totals: FloatArray


class CoOccurrence(Component):
    """How often an item follows the reader's last reads, at all and for how often it is read.

    Weights of the state's pairs are summed over the last reads, faded with each step back. Two
    features come of it: the log ratio of an item's weight to what its share of all reads foretells,
    smoothed towards 1 by `prior` expected reads (a Dirichlet prior of the item's share); and the log
    of the item's mean share of what follows each read (an item-to-item Markov chain with decay), plus
    `LEAST_SHARE`. The first knows what is special for the reader, the second what is likely.

    Args:
        pairs: which of the state's pairs to use, the attribute's name.
        name: of the component, that of the pairs by default.
        half_lives: hours, as those pairs have them.
        depth: how many of the last reads count.
        fade: what is left of a read's say with each step back, 0 to 1.
        prior: reads of the whole audience mixed in.
    """

    log_features: ClassVar[bool] = True
    reason: ClassVar[str] = BECAUSE_YOU_READ

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
        """Return the items with the highest summed weight at the longest half-life."""
        if not len(query.history):
            return NO_ITEMS
        found = self._neighbours.get(query, state, self._sum)
        return best(found.items, found.weights[:, -1], n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write ratios and shares, a column a half-life each; all alike for a reader without history."""
        found = self._neighbours.get(query, state, self._sum) if len(query.history) else None
        if found is None or not len(found.items):
            told[:] = 1.0
            return
        rows = state.parameters.find_half_lives(self._half_lives)
        usual = state.counts.arrays, state.total_counts.values, rows, query.now_ms
        own, columns = found.rows, len(rows)
        _ratios((own, found.weights, found.totals), self._prior, usual, items, told[:, :columns])
        _shares(own, found.shares, items, told[:, columns:])

    def sources(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the read that adds most to each item's weight, among those that count."""
        read = query.history[: -self._depth - 1 : -1]
        if not len(read):
            return super().sources(query, state, items)
        pairs: Pairs = getattr(state, self._pairs)
        rows = pairs.find_rows(read.tolist())
        return _sources(read, rows, pairs.neighbour_rows.arrays, self._fades, items)

    def _sum(self, query: Query, state: State) -> Neighbours:
        """Add up what the last reads' neighbours weigh; what was summed before is overwritten."""
        pairs: Pairs = getattr(state, self._pairs)
        read = pairs.find_rows(query.history[: -self._depth - 1 : -1].tolist())
        if len(self._rows) != state.sizes.items:
            self._make_room(state.sizes.items, pairs.neighbour_rows.items.shape[1])
        found, weights, shares = self._found, self._weights, self._shares
        last = found, weights, shares, self._totals, self._count
        scale = pairs.scale(query.now_ms)
        count = self._count = _sum(read, pairs.neighbour_rows.arrays, self._fades, scale, self._rows, last)
        return Neighbours(self._rows, found[:count], weights[:count], shares[:count], self._totals)

    def _make_room(self, items: int, partners: int) -> None:
        self._rows = np.full(items, -1, np.int16)
        self._found: IntArray = np.empty(self._depth * partners, np.int32)
        self._weights: FloatArray = np.empty((self._depth * partners, len(self._half_lives)))
        self._shares: FloatArray = np.empty_like(self._weights)
        self._totals: FloatArray = np.empty(len(self._half_lives))
        self._count = 0

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        kinds = self.name, f"{self.name}_share"
        return tuple(f"{kind}_{hours:g}h" for kind in kinds for hours in self._half_lives)


@jit_compiled
def _sum(
    read: IntArray,
    kept: tuple[IntArray, IntArray, FeatureArray, FloatArray],
    fades: FloatArray,
    scale: FloatArray,
    rows: IntArray,
    last: tuple[IntArray, FloatArray, FloatArray, FloatArray, int],
) -> int:
    """Add up what the same item weighs in several rows, and its shares; return how many items there are.

    Args:
        read: rows, the newest read's first.
        kept: these rows' lengths, items, shares and totals; see `state.rows.Rows`.
        fades: what a row counts, by place.
        scale: of the weights, by half-life.
        rows: see `Neighbours`; it is written over, as is the next.
        last: items, weights, shares and totals, and how many items there were.
    """
    lengths, items, shares, row_totals = kept
    found, sums, means, totals, count = last
    for at in range(count):
        rows[found[at]] = -1
    totals[:] = 0.0
    count, weights, all_fades = 0, np.empty(len(scale)), fades[: len(read)].sum()
    for place in range(len(read)):
        row, say = read[place], fades[place] / all_fades
        for column in range(len(scale)):
            weights[column] = row_totals[row, column] * fades[place] * scale[column]
            totals[column] += weights[column]
        for at in range(lengths[row]):
            own = rows[items[row, at]]
            if own < 0:
                own = rows[items[row, at]] = count
                found[count], sums[count], means[count] = items[row, at], 0.0, 0.0
                count += 1
            for column in range(len(scale)):
                sums[own, column] += shares[row, at, column] * weights[column]
                means[own, column] += shares[row, at, column] * say
    return count


@jit_compiled
def _ratios(
    found: tuple[IntArray, FloatArray, FloatArray],
    prior: float,
    usual: tuple[CountArrays, FloatArray, IntArray, int],
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write how much more often each item was read after these than its share of all reads foretells."""
    rows, weights, totals = found
    decayed, interactions, half_lives, now_ms = usual
    counts, scale = decayed[0], decay_factors(decayed, now_ms)
    for at in range(len(items)):
        row = rows[items[at]]
        for column in range(len(half_lives)):
            expected = prior * share_of(counts, interactions, scale, half_lives[column], items[at])
            own = weights[row, column] if row >= 0 else 0.0
            told[at, column] = (own + expected) / (totals[column] + prior) * (prior / expected)


@jit_compiled
def _shares(rows: IntArray, shares: FloatArray, items: IntArray, told: FeatureArray) -> None:
    """Write the mean share of each item in what follows the reads, `LEAST_SHARE` added."""
    for at in range(len(items)):
        row = rows[items[at]]
        for column in range(told.shape[1]):
            told[at, column] = LEAST_SHARE + (shares[row, column] if row >= 0 else 0.0)


@jit_compiled
def _sources(
    read: IntArray,
    rows: IntArray,
    kept: tuple[IntArray, IntArray, FeatureArray, FloatArray],
    fades: FloatArray,
    items: IntArray,
) -> IntArray:
    """Return the read in whose row each item weighs most at the longest half-life, `UNKNOWN` without any."""
    lengths, near, shares, totals = kept
    sources, last = np.full(len(items), UNKNOWN, np.int32), totals.shape[1] - 1
    for at in range(len(items)):
        most = 0.0
        for place in range(len(rows)):
            row = rows[place]
            to = np.searchsorted(near[row, : lengths[row]], items[at])
            if to < lengths[row] and near[row, to] == items[at]:
                weight = shares[row, to, last] * totals[row, last] * fades[place]
                if weight > most:
                    most, sources[at] = weight, read[place]
    return sources
