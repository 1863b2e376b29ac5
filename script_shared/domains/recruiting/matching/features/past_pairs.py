"""Pairs of a query and a past application of the same group, and sums over the pairs of each query."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.types import BoolArray, FloatArray, IntArray

_SHIFT = 32


@dataclass(frozen=True, slots=True, eq=False)
class PastPairs:
    """Each query with each application of its group before its day, the oldest first.

    Attributes:
        queries: the query of each pair, ascending, shape (pairs,).
        rows: the past application of each pair, shape (pairs,).
        size: number of queries.
    """

    queries: IntArray
    rows: IntArray
    size: int

    def count(self, where: BoolArray | None = None) -> FloatArray:
        """Return the number of pairs of each query, or of those that meet a condition; shape (queries,)."""
        chosen = self.queries if where is None else self.queries[where]
        return np.bincount(chosen, minlength=self.size).astype(np.float64)

    def sum(self, values: FloatArray | BoolArray) -> FloatArray:
        """Return the sum of each query's values; shape (queries,)."""
        return np.bincount(self.queries, values, self.size).astype(np.float64)

    def mean(self, values: FloatArray | BoolArray) -> FloatArray:
        """Return the mean of the known values, NaN without one; shape (queries,)."""
        known = ~np.isnan(np.asarray(values, np.float64))
        total = np.bincount(self.queries[known], np.asarray(values)[known], self.size)
        count = np.bincount(self.queries[known], minlength=self.size)
        return np.divide(total, count, out=np.full(self.size, np.nan), where=count > 0)

    def max(self, values: FloatArray, where: BoolArray | None = None) -> FloatArray:
        """Return the maximum of the known values, of all pairs or some, NaN without one."""
        known = ~np.isnan(values) if where is None else ~np.isnan(values) & where
        highest = np.full(self.size, -np.inf)
        np.maximum.at(highest, self.queries[known], values[known])
        return np.where(np.isinf(highest), np.nan, highest)

    def min(self, values: FloatArray, where: BoolArray | None = None) -> FloatArray:
        """Return the minimum of the known values, of all pairs or some, NaN without one."""
        return -self.max(-values, where)

    def is_latest(self, days: IntArray) -> BoolArray:
        """Return whether a pair is of the latest day of its query; several may be. `days` has one a pair."""
        return np.asarray(days == self.max(days.astype(np.float64))[self.queries])


@dataclass(frozen=True, slots=True, eq=False)
class GroupedApplications:
    """Applications by group and day.

    Attributes:
        rows: the applications in the order of group and day, shape (n,).
        places: group and day as one number, ascending, shape (n,).
    """

    rows: IntArray
    places: IntArray

    @classmethod
    def group(cls, groups: IntArray, days: IntArray) -> GroupedApplications:
        """Group applications; `groups` are at least 0, and the rows are in the order of the days."""
        places = _place(groups, days)
        order = np.argsort(places, kind="stable")
        return cls(order.astype(np.int32), places[order])

    def pair(self, groups: IntArray, days: IntArray) -> PastPairs:
        """Pair queries with the applications of their group before their day.

        Args:
            groups: of each query; -1 has no applications.
            days: of each query.
        """
        first = np.searchsorted(self.places, _place(groups, np.zeros_like(days)))
        counts = np.searchsorted(self.places, _place(groups, days)) - first
        counts[groups < 0] = 0
        queries = np.repeat(np.arange(len(groups)), counts)
        offsets = np.arange(len(queries)) - np.repeat(np.cumsum(counts) - counts, counts)
        return PastPairs(queries, self.rows[first[queries] + offsets], len(groups))


def _place(groups: IntArray, days: IntArray) -> IntArray:
    return (groups.astype(np.int64) << _SHIFT) + days
