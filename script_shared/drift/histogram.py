"""Histograms whose cells end at quantiles of the baseline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.types import FloatArray, IntArray

CELLS = 100
#: Cells for indices and tests that compare cell by cell: each needs several rows of a small sample.
COARSE_CELLS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of values in cells: up to and including the first edge, …, above the last edge.

    Attributes:
        edges: ascending, shape (cells − 1,); values of the baseline, the last is its maximum.
        counts: rows of the baseline, shape (cells,).
    """

    edges: FloatArray
    counts: IntArray

    @classmethod
    def of(cls, values: FloatArray) -> Histogram:
        """Return the histogram of values, which are finite and at least one; few distinct ones are exact."""
        edges = np.unique(values)
        if len(edges) > CELLS:
            # The last value of each hundredth of the rows.
            last = -(-np.arange(1, CELLS + 1) * len(values) // CELLS) - 1
            edges = np.unique(np.sort(values)[last])
        return cls(edges, count_cells(edges, values))

    def merge(self, counts: IntArray) -> IntArray:
        """Merge the counts of all cells into about ten cells with equal shares of the baseline's rows.

        Args:
            counts: of this histogram's cells, shape (cells,).
        """
        middle = np.cumsum(self.counts) - self.counts / 2
        place = np.minimum(middle * COARSE_CELLS / self.counts.sum(), COARSE_CELLS - 1).astype(np.int64)
        return np.bincount(place, counts, COARSE_CELLS).astype(np.int64)


def count_cells(edges: FloatArray, values: FloatArray) -> IntArray:
    """Count values in the cells between edges, shape (edges + 1,)."""
    return np.bincount(np.searchsorted(edges, values), minlength=len(edges) + 1)
