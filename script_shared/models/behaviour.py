"""How readers read, in numbers: the features that clusters are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.state.items import Items
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query

_DAY_MS = 24 * MS_PER_HOUR
_LARGEST_CATEGORIES = 16


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Histories of several readers, one after the other.

    Attributes:
        starts: where each reader's history begins, the first being 0; no history is empty.
        items, times, weights: as in a `Query`.
    """

    starts: IntArray
    items: IntArray
    times: LongArray
    weights: FeatureArray

    @classmethod
    def of(cls, query: Query) -> Behaviour:
        """Return that of one reader, whose history must not be empty."""
        return cls(np.zeros(1, np.int64), query.history, query.times, query.weights)

    def describe(self, items: Items, rank: IntArray) -> FloatArray:
        """Describe each reader; shape (readers, 22).

        Time between reads is left out, as sources stamp it badly or not at all; so is the time since
        the last read: it would gather readers by what was there to read, not by how they read.

        Args:
            items: what is known of each item.
            rank: each category's by reads, 0 the largest; cut at the 16 largest.

        Returns:
            Number of reads (log), time of day as two circular means, mean and spread of engagement,
            freshness of what is read (log hours), category shares.
        """
        angle = 2 * np.pi * (self.times % _DAY_MS) / _DAY_MS
        age = np.maximum(self.times - items.first_ms[self.items], 0) / MS_PER_HOUR
        weight = self._mean(self.weights)
        spread = np.sqrt(np.maximum(self._mean(self.weights.astype(np.float64) ** 2) - weight**2, 0.0))
        means = [self._mean(np.sin(angle)), self._mean(np.cos(angle)), weight, spread]
        head = np.stack([np.log1p(self.lengths), *means, self._mean(np.log1p(age))], axis=1)
        ranks = np.append(rank, _LARGEST_CATEGORIES)  # the last for those that came after training
        shares = self._shares(ranks[np.minimum(items.category[self.items], len(rank))])
        return np.concatenate([head, shares], axis=1)

    @property
    def lengths(self) -> IntArray:
        """Return the length of each history."""
        return np.diff(np.append(self.starts, len(self.items)))

    def unread(self, shares: FloatArray) -> FloatArray:
        """Return what is left of 1 without the shares of each history's items, at least 0.05."""
        return np.maximum(1.0 - np.add.reduceat(shares, self.starts), 0.05)

    def _mean(self, values: FloatArray | FeatureArray) -> FloatArray:
        return np.add.reduceat(values.astype(np.float64), self.starts) / self.lengths

    def _shares(self, ranks: IntArray) -> FloatArray:
        lengths = self.lengths
        reader = np.repeat(np.arange(len(lengths)), lengths)
        width = _LARGEST_CATEGORIES + 1
        cells = reader * width + np.minimum(ranks, _LARGEST_CATEGORIES)
        return np.bincount(cells, minlength=len(lengths) * width).reshape(-1, width) / lengths[:, None]
