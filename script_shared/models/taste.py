"""What a reader usually reads: their decayed share of each category against everyone's."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.models.base import Component
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Reads of the whole audience mixed into a reader's own.
PRIOR_READS = 3.0
_HALF_LIFE_MS = 72 * MS_PER_HOUR


class Taste(Component):
    """Log ratio of the reader's share of the item's category to the audience's share of it.

    Categories that came after training count as one, as rare as the rarest.
    """

    name: ClassVar[str] = "taste"
    foresees: ClassVar[bool] = True

    def __init__(self) -> None:
        self._audience: FloatArray = np.ones(1)

    def fit(self, dataset: Dataset, state: State) -> None:
        """Count the audience's reads by category; without categories all items share one."""
        size = max(len(dataset.catalogue.categories), 1)
        counts = np.bincount(state.items.category[dataset.interactions.item], minlength=size) + 1.0
        self._audience = counts / counts.sum()

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the log ratios, one column; 0 for a reader without history."""
        age = np.clip((query.now_ms - query.times) / _HALF_LIFE_MS, 0.0, 60.0)
        weights, last = np.exp2(-age), len(self._audience)
        audience = np.append(self._audience, self._audience.min())
        read = np.minimum(state.items.category[query.history], last)
        own = np.bincount(read, weights, minlength=last + 1)
        ratios = (own / audience + PRIOR_READS) / (weights.sum() + PRIOR_READS)
        lifts = np.log(ratios.astype(np.float32))
        return lifts[np.minimum(state.items.category[items], last)][:, None]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("taste",)

    def dump(self) -> Bundle:
        """Return the audience's shares."""
        return Bundle({"audience": self._audience})

    def load(self, bundle: Bundle) -> None:
        """Take them back."""
        self._audience = np.asarray(bundle.arrays["audience"], np.float64)
