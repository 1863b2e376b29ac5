"""Affinity of the user to an item's category."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.reasons import CATEGORIES
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query

#: Weight of the prior: interactions distributed like those of all users.
PRIOR_INTERACTIONS = 3.0
#: Items and times of a user's interactions, and the time of the query.
_History = tuple[IntArray, LongArray, int]
_HALF_LIFE_MS = 72 * MS_PER_HOUR


class CategoryAffinity(Component):
    """Log ratio of the user's decayed share of a category to the share of all users, smoothed by a prior.

    Categories that are new since training count as one, as rare as the rarest known category.
    """

    name: ClassVar[str] = "category_affinity"
    reason: ClassVar[str] = CATEGORIES
    log_features: ClassVar[bool] = True
    cold_start: ClassVar[bool] = True
    feature_names = ("category_affinity",)

    def __init__(self) -> None:
        self._shares: FloatArray = np.ones(1)

    def fit(self, dataset: Dataset, state: State) -> None:
        """Count the interactions of all users by category; without categories all items share one."""
        size = max(len(dataset.catalogue.categories), 1)
        counts = np.bincount(state.items.category[dataset.interactions.item], minlength=size) + 1.0
        self._shares = counts / counts.sum()

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the ratios, one column; 1 without history."""
        history = query.history, query.times, query.now_ms
        _write_ratios(self._shares, state.items.category, history, items, out)

    def dump(self) -> Bundle:
        """Return the shares of the categories."""
        return Bundle({"shares": self._shares})

    def load(self, bundle: Bundle) -> None:
        """Restore the shares of the categories."""
        self._shares = np.asarray(bundle.arrays["shares"], np.float64)


@jit_compiled
def _write_ratios(
    shares: FloatArray, category: IntArray, history: _History, items: IntArray, out: FeatureArray
) -> None:
    """Write (count(c) / share(c) + prior) / (total + prior) for the category c of each item.

    Args:
        shares: share of each category over all users.
        category: category of every item.
        history: the user's items, their times and the current moment.
        items: positions.
        out: shape (items, 1).
    """
    user_items, times, now_ms = history
    unknown, min_share = len(shares), shares.min()
    counts, total = np.zeros(unknown + 1), 0.0
    for row in range(len(user_items)):
        weight = 2.0 ** -min(max((now_ms - times[row]) / _HALF_LIFE_MS, 0.0), 60.0)
        counts[min(category[user_items[row]], unknown)] += weight
        total += weight
    for row in range(len(items)):
        column = min(category[items[row]], unknown)
        share = shares[column] if column < unknown else min_share
        out[row, 0] = (counts[column] / share + PRIOR_INTERACTIONS) / (total + PRIOR_INTERACTIONS)
