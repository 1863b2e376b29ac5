"""Whose taste reads it: the categories that an item's readers had read on earlier visits."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import DRIFTS, Component
from script_shared.models.reasons import READERS_LIKE_YOU
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


class AudienceAffinity(Component):
    """Mean log lift of the reader's categories among what an item's readers had read before.

    The weights are those of the state's `cross_session`: a read counts with the categories of the reads
    of earlier visits that led to it, at their longest half-life.
    """

    name: ClassVar[str] = "audience_affinity"
    reason: ClassVar[str] = READERS_LIKE_YOU

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the mean lift, one column; 0 for a reader without history and items without profile."""
        if not len(query.history):
            told[:] = 0.0
            return
        profiles = state.get_cached(self.name, query.now_ms, lambda: self._profiles(state), DRIFTS)
        known = profiles.row, profiles.counts, profiles.totals, profiles.usual
        scale, read = float(state.cross_session.scale(query.now_ms)[-1]), query.history[-_HISTORY:]
        _lift(known, scale, state.items.category, read, items, told)

    def _profiles(self, state: State) -> Profiles:
        size = state.sizes.items
        source, target, all_weights = state.cross_session.get_all()
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
        return ("audience_affinity",)


@jit_compiled
def _lift(
    known: tuple[IntArray, FloatArray, FloatArray, FloatArray],
    scale: float,
    category: IntArray,
    read: IntArray,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write the mean log lift of the reader's categories among what each item's readers had read before.

    Args:
        known: see `Profiles`.
        scale: of its counts.
        category: of every item.
        read: what the reader read, the newest last.
        items: which items.
        told: where to, shape (items, 1).
    """
    row, counts, totals, usual = known
    categories, shares = _shares(category, read)
    for at in range(len(items)):
        own, lift = row[items[at]], 0.0
        total = totals[own] * scale + PRIOR_READS
        for place in range(len(categories) if own else 0):
            share = usual[categories[place]] + _LEAST_SHARE
            count = counts[own, categories[place]] * scale + PRIOR_READS * share
            lift += shares[place] * np.log(np.float32(count / (total * share)))
        told[at, 0] = lift


@jit_compiled
def _shares(category: IntArray, read: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the categories of what was read, and the share of each."""
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
