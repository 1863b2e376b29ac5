"""A cache of items' strongest neighbours in flat arrays, which compiled loops read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: Maximum number of cached items; the operating system reserves memory only for rows that are written.
CAPACITY = 8_192

#: Lengths, items, shares and totals of the rows.
RowArrays = tuple[IntArray, IntArray, FeatureArray, FloatArray]


class NeighbourRows:
    """The strongest neighbours of recently requested items, one row per item.

    Args:
        max_neighbours: maximum number of neighbours of an item.
        half_lives: number of weights of a neighbour.

    Attributes:
        lengths: number of neighbours in each row.
        items: neighbours in ascending order, shape (rows, `max_neighbours`).
        shares: each neighbour's share of its row's total, shape (rows, `max_neighbours`, half-lives).
        totals: weight of all neighbours of a row, those cut off included, to be scaled, shape
            (rows, half-lives).
    """

    def __init__(self, max_neighbours: int, half_lives: int) -> None:
        self._valid: dict[int, int] = {}
        self._rows: dict[int, int] = {}
        self.lengths: IntArray = np.zeros(CAPACITY, np.int32)
        self.items: IntArray = np.empty((CAPACITY, max_neighbours), np.int32)
        self.shares: FeatureArray = np.empty((CAPACITY, max_neighbours, half_lives), np.float32)
        self.totals: FloatArray = np.empty((CAPACITY, half_lives))

    @property
    def arrays(self) -> RowArrays:
        """The rows as compiled loops take them."""
        return self.lengths, self.items, self.shares, self.totals

    def find_rows(self, items: list[int], write: Callable[[int, int], None]) -> IntArray:
        """Return the row of each item; calls `write(item, row)` for rows that are missing or invalid."""
        if len(self._rows) + len(items) > CAPACITY:
            self._rows.clear()
            self._valid.clear()
        valid = self._valid
        for item in items:
            if item not in valid:
                row = self._rows.setdefault(item, len(self._rows))
                write(item, row)
                valid[item] = row
        return np.array([valid[item] for item in items], np.int32)

    def get(self, row: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return items, weights of shape (half-lives, items), and totals of shape (half-lives,)."""
        columns = slice(0, self.lengths[row])
        totals = self.totals[row].copy()
        return self.items[row, columns].copy(), self.shares[row, columns].T * totals[:, None], totals

    def invalidate(self, items: LongArray) -> None:
        """Mark the rows of some items as invalid."""
        for item in self._valid.keys() & set(items.tolist()) if self._valid else ():
            del self._valid[item]

    def invalidate_all(self) -> None:
        """Mark all rows as invalid."""
        self._valid.clear()


@jit_compiled
def write_row(row: int, items: IntArray, slots: LongArray, values: FloatArray, out: RowArrays) -> None:
    """Write an item's strongest neighbours into a row.

    The neighbours with the largest weights at the last half-life are kept; of equal weights, the first.

    Args:
        row: row number.
        items: all neighbours, ascending.
        slots: columns of their weights in `values`.
        values: weights, shape (half-lives, all slots).
        out: the rows.
    """
    lengths, row_items, shares, totals = out
    max_neighbours, last, count = row_items.shape[1], len(values) - 1, 0
    for half_life in range(len(values)):
        totals[row, half_life] = 0.0
        for slot in slots:
            totals[row, half_life] += values[half_life, slot]
    floor, ties = -np.inf, len(items)
    if len(items) > max_neighbours:
        floor, ties = _find_floor(values[last], slots, max_neighbours)
    for place in range(len(items)):
        weight = values[last, slots[place]]
        if weight < floor or (weight == floor and ties == 0):
            continue
        if weight == floor:
            ties -= 1
        row_items[row, count] = items[place]
        for half_life in range(len(values)):
            total = totals[row, half_life]
            shares[row, count, half_life] = values[half_life, slots[place]] / total if total > 0.0 else 0.0
        count += 1
    lengths[row] = count


@jit_compiled
def _find_floor(weights: FloatArray, slots: LongArray, n: int) -> tuple[float, int]:
    """Return the smallest of the `n` largest weights, and how many of these `n` equal it."""
    candidates = np.empty(len(slots))
    for place in range(len(slots)):
        candidates[place] = weights[slots[place]]
    floor, larger = _quickselect(candidates, len(candidates) - n), 0
    for weight in candidates:
        if weight > floor:
            larger += 1
    return floor, n - larger


@jit_compiled
def _quickselect(values: FloatArray, rank: int) -> float:
    """Return the value at `rank` in ascending order, by Hoare's FIND; reorders `values`."""
    low, high = 0, len(values) - 1
    while low < high:
        pivot, left, right = values[(low + high) // 2], low, high
        while left <= right:
            while values[left] < pivot:
                left += 1
            while pivot < values[right]:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left, right = left + 1, right - 1
        if right < rank < left:
            break
        low, high = (low, right) if rank <= right else (left, high)
    return float(values[rank])
