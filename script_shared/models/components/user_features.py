"""How readers read, in numbers: the features that clusters are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.state.items import Items
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query

_DAY_MS = 24 * MS_PER_HOUR
_LARGEST_CATEGORIES = 16
#: Where the shares of categories begin, those beyond the largest last.
_SHARES = 6


@dataclass(frozen=True, slots=True)
class UserFeatures:
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
    def of(cls, query: Query) -> UserFeatures:
        """Return that of one reader, whose history must not be empty."""
        return cls(np.zeros(1, np.int64), query.history, query.times, query.weights)

    def add_item_vectors(self, items: Items, rank: IntArray) -> FloatArray:
        """Describe each reader; shape (readers, 23).

        Time between reads is left out, as sources stamp it badly or not at all; so is the time since
        the last read: it would gather readers by what was there to read, not by how they read.

        Args:
            items: what is known of each item.
            rank: each category's by reads, 0 the largest; cut at the 16 largest.

        Returns:
            Number of reads (log), time of day as two circular means, mean and spread of engagement,
            freshness of what is read (log hours), category shares.
        """
        described = np.zeros((len(self.starts), _SHARES + _LARGEST_CATEGORIES + 1))
        ends = np.append(self.starts[1:], len(self.items))
        read = self.items, self.times, self.weights
        _describe(self.starts, ends, read, (items.first_ms, items.category), rank, described)
        return described

    @property
    def lengths(self) -> IntArray:
        """Return the length of each history."""
        return np.diff(np.append(self.starts, len(self.items)))

    def unread(self, shares: FloatArray) -> FloatArray:
        """Return what is left of 1 without the shares of each history's items, at least 0.05."""
        return np.maximum(1.0 - np.add.reduceat(shares, self.starts), 0.05)


@jit_compiled
def _describe(
    starts: IntArray,
    ends: IntArray,
    read: tuple[IntArray, LongArray, FeatureArray],
    known: tuple[LongArray, IntArray],
    rank: IntArray,
    told: FloatArray,
) -> None:
    """Write a row for each history; see `UserFeatures.add_item_vectors`."""
    (items, times, weights), (first_ms, category) = read, known
    for user in range(len(starts)):
        row, length = told[user], ends[user] - starts[user]
        for at in range(starts[user], ends[user]):
            angle = 2 * np.pi * (times[at] % _DAY_MS) / _DAY_MS
            weight = np.float64(weights[at])
            row[1] += np.sin(angle) / length
            row[2] += np.cos(angle) / length
            row[3] += weight / length
            row[4] += weight**2 / length
            row[5] += np.log1p(max(times[at] - first_ms[items[at]], 0) / MS_PER_HOUR) / length
            kind = category[items[at]]
            own = min(rank[kind], _LARGEST_CATEGORIES) if kind < len(rank) else _LARGEST_CATEGORIES
            row[_SHARES + own] += 1.0 / length
        row[0] = np.log1p(length)
        row[4] = np.sqrt(max(row[4] - row[3] ** 2, 0.0))
