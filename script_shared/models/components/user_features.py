"""Features of user behaviour, from which users are clustered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.state.items import Items
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray, Query

_DAY_MS = 24 * MS_PER_HOUR
_LARGEST_CATEGORIES = 16
#: First column of the category shares; the last column is the share of all smaller categories.
_SHARES = 6


@dataclass(frozen=True, slots=True)
class UserHistories:
    """The histories of several users, concatenated.

    Attributes:
        starts: first row of each user's history; the first is 0, no history is empty.
        items, times, weights: as in a `Query`.
    """

    starts: IntArray
    items: IntArray
    times: LongArray
    weights: FeatureArray

    @classmethod
    def from_query(cls, query: Query) -> UserHistories:
        """Return the history of one user, which must not be empty."""
        return cls(np.zeros(1, np.int64), query.history, query.times, query.weights)

    def features(self, items: Items, rank: IntArray) -> FloatArray:
        """Return the features of each user, shape (users, 23).

        Time between interactions is left out, because sources record it badly or not at all. So is the time
        since the last interaction: it would cluster users by the items then available.

        Args:
            items: first interactions and categories of all items.
            rank: rank of each category by popularity, 0 the largest.

        Returns:
            Log number of interactions, time of day as two circular means, mean and standard deviation of
            engagement, mean log age of the items in hours, shares of the 16 largest categories and of the
            rest.
        """
        out = np.zeros((len(self.starts), _SHARES + _LARGEST_CATEGORIES + 1))
        ends = np.append(self.starts[1:], len(self.items))
        history = self.items, self.times, self.weights
        _write_features(self.starts, ends, history, (items.first_ms, items.category), rank, out)
        return out

    @property
    def lengths(self) -> IntArray:
        """The length of each history."""
        return np.diff(np.append(self.starts, len(self.items)))

    def unseen_mass(self, shares: FloatArray) -> FloatArray:
        """Return 1 minus the sum of the shares of each history's items, at least 0.05."""
        return np.maximum(1.0 - np.add.reduceat(shares, self.starts), 0.05)


@jit_compiled
def _write_features(
    starts: IntArray,
    ends: IntArray,
    history: tuple[IntArray, LongArray, FeatureArray],
    catalogue: tuple[LongArray, IntArray],
    rank: IntArray,
    out: FloatArray,
) -> None:
    """Write one row a history; see `UserHistories.features`."""
    (items, times, weights), (first_ms, category) = history, catalogue
    for user in range(len(starts)):
        row, length = out[user], ends[user] - starts[user]
        for index in range(starts[user], ends[user]):
            angle = 2 * np.pi * (times[index] % _DAY_MS) / _DAY_MS
            weight = np.float64(weights[index])
            row[1] += np.sin(angle) / length
            row[2] += np.cos(angle) / length
            row[3] += weight / length
            row[4] += weight**2 / length
            row[5] += np.log1p(max(times[index] - first_ms[items[index]], 0) / MS_PER_HOUR) / length
            item_category = category[items[index]]
            column = rank[item_category] if item_category < len(rank) else _LARGEST_CATEGORIES
            row[_SHARES + min(column, _LARGEST_CATEGORIES)] += 1.0 / length
        row[0] = np.log1p(length)
        row[4] = np.sqrt(max(row[4] - row[3] ** 2, 0.0))
