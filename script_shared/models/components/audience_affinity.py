"""Affinity of the user to an item's audience: the categories that its users preferred in earlier sessions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.caches import SLOW_REFRESH
from script_shared.models.reasons import SIMILAR_USERS
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Weight of the prior: expected earlier interactions, distributed like those of all items.
PRIOR_INTERACTIONS = 20.0
#: Maximum number of items with a profile, those with the largest weights; it bounds memory.
_MAX_PROFILES = 4_000
#: Newest interactions of the user that count; each counts `_FADE` times the one after it.
_HISTORY = 30
_FADE = 0.95
_MIN_SHARE = 1e-4


#: The categories of the audiences' earlier interactions: the row of each item, 0 without a profile; decayed
#: weights before scaling, shape (1 + profiles, categories); the sum of each row; the share of each category
#: over all items.
Profiles = tuple[IntArray, FloatArray, FloatArray, FloatArray]


class AudienceAffinity(Component):
    """Mean log lift of the user's categories in the earlier interactions of an item's audience.

    lift(c, i) = (count(i, c) + prior · share(c)) / ((count(i) + prior) · share(c)), averaged over the
    categories c of the user's history. The counts are the weights of the state's `cross_session` pairs at
    the longest half-life, grouped by the category of the earlier item.
    """

    name: ClassVar[str] = "audience_affinity"
    reason: ClassVar[str] = SIMILAR_USERS
    feature_names = ("audience_affinity",)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the mean log lift, one column; 0 without history and for items without a profile."""
        if not len(query.history):
            out[:] = 0.0
            return
        profiles = state.get_cached(self.name, query.now_ms, lambda: _build_profiles(state), SLOW_REFRESH)
        scale = float(state.cross_session.scale(query.now_ms)[-1])
        _write_lifts(profiles, scale, state.items.category, query.history[-_HISTORY:], items, out)


def _build_profiles(state: State) -> Profiles:
    size = state.sizes.items
    source, target, all_weights = state.cross_session.get_all()
    weights, category = all_weights[-1], state.items.category
    totals = np.bincount(target, weights, size)
    profiled = np.argsort(-totals, kind="stable")[:_MAX_PROFILES]
    row = np.zeros(size, np.int32)
    row[profiled] = np.arange(1, len(profiled) + 1)
    width = int(category.max(initial=0)) + 1
    cells = row[target].astype(np.int64) * width + category[source]
    counts: FloatArray = np.zeros((len(profiled) + 1, width))
    counts += np.bincount(cells, weights, counts.size).reshape(counts.shape)
    shares = counts.sum(axis=0) / max(float(counts.sum()), 1e-9)
    counts[0] = 0.0
    return row, counts, counts.sum(axis=1), shares


@jit_compiled
def _write_lifts(
    profiles: Profiles, scale: float, category: IntArray, recent: IntArray, items: IntArray, out: FeatureArray
) -> None:
    """Write the mean log lift of the user's categories in each item's profile.

    Args:
        profiles: see `Profiles`.
        scale: decay factor of the profiles' counts.
        category: category of every item.
        recent: the user's items, newest last.
        items: positions.
        out: shape (items, 1).
    """
    row_of, counts, totals, shares = profiles
    categories, user_shares = _category_shares(category, recent)
    for index in range(len(items)):
        row, lift = row_of[items[index]], 0.0
        total = totals[row] * scale + PRIOR_INTERACTIONS
        for place in range(len(categories) if row else 0):
            share = shares[categories[place]] + _MIN_SHARE
            count = counts[row, categories[place]] * scale + PRIOR_INTERACTIONS * share
            lift += user_shares[place] * np.log(np.float32(count / (total * share)))
        out[index, 0] = lift


@jit_compiled
def _category_shares(category: IntArray, history: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the distinct categories of a history and the weighted share of each."""
    categories, shares, count = np.empty(len(history), np.int32), np.zeros(len(history)), 0
    weight, total = 1.0, 0.0
    for item in history[::-1]:
        place = 0
        while place < count and categories[place] != category[item]:
            place += 1
        categories[place] = category[item]
        count = max(count, place + 1)
        shares[place] += weight
        total += weight
        weight *= _FADE
    return categories[:count], shares[:count] / total
