"""What a reader usually reads: their decayed share of each category against everyone's."""

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

#: Reads of the whole audience mixed into a reader's own.
PRIOR_READS = 3.0
_HALF_LIFE_MS = 72 * MS_PER_HOUR


class CategoryAffinity(Component):
    """Log ratio of the reader's share of the item's category to the audience's share of it.

    Categories that came after training count as one, as rare as the rarest.
    """

    name: ClassVar[str] = "category_affinity"
    reason: ClassVar[str] = CATEGORIES
    log_features: ClassVar[bool] = True
    cold_start: ClassVar[bool] = True

    def __init__(self) -> None:
        self._audience: FloatArray = np.ones(1)

    def fit(self, dataset: Dataset, state: State) -> None:
        """Count the audience's reads by category; without categories all items share one."""
        size = max(len(dataset.catalogue.categories), 1)
        counts = np.bincount(state.items.category[dataset.interactions.item], minlength=size) + 1.0
        self._audience = counts / counts.sum()

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the log ratios, one column; 0 for a reader without history."""
        own = query.history, query.times, query.now_ms
        _lift(self._audience, state.items.category, own, items, told)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("category_affinity",)

    def dump(self) -> Bundle:
        """Return the audience's shares."""
        return Bundle({"audience": self._audience})

    def load(self, bundle: Bundle) -> None:
        """Take them back."""
        self._audience = np.asarray(bundle.arrays["audience"], np.float64)


@jit_compiled
def _lift(
    audience: FloatArray,
    category: IntArray,
    read: tuple[IntArray, LongArray, int],
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write how much more of each item's category the reader reads than the audience does."""
    history, times, now_ms = read
    last, least = len(audience), audience.min()
    own, total = np.zeros(last + 1), 0.0
    for at in range(len(history)):
        weight = 2.0 ** -min(max((now_ms - times[at]) / _HALF_LIFE_MS, 0.0), 60.0)
        own[min(category[history[at]], last)] += weight
        total += weight
    for at in range(len(items)):
        kind = min(category[items[at]], last)
        usual = audience[kind] if kind < last else least
        told[at, 0] = (own[kind] / usual + PRIOR_READS) / (total + PRIOR_READS)
