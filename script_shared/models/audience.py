"""Whose taste reads it: the categories that an item's readers had read on earlier visits."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.compiled import compiled
from script_shared.models.base import Component, table_of, weigh
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Expected earlier reads mixed into those of an item's readers, spread over categories as usual.
PRIOR_READS = 20.0
#: Only so many items have a profile, those whose readers return most: it bounds memory.
_PROFILED = 4_000
#: Of a reader's history so many reads count, each a little less than the one after it.
_HISTORY = 30
_FADE = 0.95
_LEAST_SHARE = 1e-4
#: Profiles move slowly and cost tens of milliseconds: they are made anew so much less often than lists.
_PATIENCE = 60.0


class Profiles(NamedTuple):
    """What readers of items had read before, by category.

    Attributes:
        row: of each item, 0 where it has none.
        counts: unscaled weights, shape (1 + profiled items, categories).
        totals: of each row.
        usual: each category's share over all items.
    """

    row: IntArray
    counts: FloatArray
    totals: FloatArray
    usual: FloatArray


class Audience(Component):
    """Mean log lift of the reader's categories among what an item's readers had read before.

    The weights are those of the state's `returns`: a read counts with the categories of the reads
    of earlier visits that led to it, at their longest half-life.
    """

    name: ClassVar[str] = "audience"

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the mean lift, one column; 0 for a reader without history and items without profile."""
        if not len(query.history):
            told[:] = 0.0
            return
        profiles = state.once(self.name, query.now_ms, lambda: self._profiles(state), _PATIENCE)
        categories, shares = _shares(state.items.category, query.history[-_HISTORY:])
        lifts, scale = table_of(len(items), len(categories)), state.returns.scale(query.now_ms)[-1]
        _lifts(profiles[1:], scale, profiles.row, categories, items, lifts)
        told[:, 0] = weigh(np.log(lifts, out=lifts), shares)

    def _profiles(self, state: State) -> Profiles:
        size = state.sizes.items
        source, target, all_weights = state.returns.all()
        weights, category = all_weights[-1], state.items.category
        totals = np.bincount(target, weights, size)
        best = np.argsort(-totals, kind="stable")[:_PROFILED]
        row = np.zeros(size, np.int32)
        row[best] = np.arange(1, len(best) + 1)
        width = int(category.max(initial=0)) + 1
        cells = row[target].astype(np.int64) * width + category[source]
        counts: FloatArray = np.zeros((len(best) + 1, width))
        counts += np.bincount(cells, weights, counts.size).reshape(counts.shape)
        usual = counts.sum(axis=0) / max(float(counts.sum()), 1e-9)
        counts[0] = 0.0
        return Profiles(row, counts, counts.sum(axis=1), usual)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("audience",)


@compiled
def _shares(category: IntArray, read: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the categories of what was read, the newest last, and the share of each."""
    found, shares, count = np.empty(len(read), np.int32), np.zeros(len(read)), 0
    weight, total = 1.0, 0.0
    for item in read[::-1]:
        place = 0
        while place < count and found[place] != category[item]:
            place += 1
        found[place] = category[item]
        count = max(count, place + 1)
        shares[place] += weight
        total += weight
        weight *= _FADE
    return found[:count], shares[:count] / total


@compiled
def _lifts(
    known: tuple[FloatArray, FloatArray, FloatArray],
    scale: float,
    row: IntArray,
    categories: IntArray,
    items: IntArray,
    lifts: FeatureArray,
) -> None:
    """Write the lift of each category among what each item's readers had read before; see `Profiles`."""
    counts, totals, usual = known
    for at in range(len(items)):
        own = row[items[at]]
        total = totals[own] * scale + PRIOR_READS
        for place in range(len(categories)):
            share = usual[categories[place]] + _LEAST_SHARE
            count = counts[own, categories[place]] * scale + PRIOR_READS * share
            lifts[at, place] = count / (total * share)
