"""Neighbours of items side by side in memory: a compiled loop goes through those of several items."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: So many items' neighbours are kept; memory is taken as they come.
ROOM = 8_192

Parts = tuple[IntArray, IntArray, FeatureArray, FloatArray]


class NeighbourRows:
    """The strongest neighbours of the items asked for lately, a row an item.

    Args:
        most: neighbours of an item.
        half_lives: how many weights a neighbour has.

    Attributes:
        lengths: of each row, how many neighbours.
        items: neighbours in ascending order, shape (rows, `most`).
        shares: of each in the row's total, shape (rows, `most`, half-lives).
        totals: weights of all neighbours of a row, those not told included, to be scaled, shape
            (rows, half-lives).
    """

    def __init__(self, most: int, half_lives: int) -> None:
        self._fresh: dict[int, int] = {}
        self._places: dict[int, int] = {}
        self.lengths: IntArray = np.zeros(ROOM, np.int32)
        self.items: IntArray = np.empty((ROOM, most), np.int32)
        self.shares: FeatureArray = np.empty((ROOM, most, half_lives), np.float32)
        self.totals: FloatArray = np.empty((ROOM, half_lives))

    @property
    def parts(self) -> Parts:
        """What a compiled loop needs: lengths, items, shares and totals."""
        return self.lengths, self.items, self.shares, self.totals

    def of(self, items: list[int], write: Callable[[int, int], None]) -> IntArray:
        """Return the row of each item; `write` is told the items and rows that are to be written anew."""
        if len(self._places) + len(items) > ROOM:
            self._places.clear()
            self._fresh.clear()
        fresh = self._fresh
        for item in items:
            if item not in fresh:
                row = self._places.setdefault(item, len(self._places))
                write(item, row)
                fresh[item] = row
        return np.array([fresh[item] for item in items], np.int32)

    def row(self, row: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return items, their weights of shape (half-lives, items), and totals of shape (half-lives,)."""
        told = slice(0, self.lengths[row])
        totals = self.totals[row].copy()
        return self.items[row, told].copy(), self.shares[row, told].T * totals[:, None], totals

    def forget(self, items: LongArray) -> None:
        """Have the rows of some items written anew when they are next asked for."""
        for item in self._fresh.keys() & set(items.tolist()) if self._fresh else ():
            del self._fresh[item]

    def forget_all(self) -> None:
        """Have all rows written anew when they are next asked for."""
        self._fresh.clear()


@jit_compiled
def write_row(row: int, items: IntArray, slots: LongArray, values: FloatArray, parts: Parts) -> None:
    """Put an item's strongest neighbours into a row.

    Args:
        row: which.
        items: all neighbours, ascending.
        slots: where their weights lie.
        values: weights, shape (half-lives, all slots); those that weigh most at the last half-life are
            told; of equals, the first.
        parts: of the rows, written into.
    """
    lengths, row_items, shares, totals = parts
    most, last, count = row_items.shape[1], len(values) - 1, 0
    for column in range(len(values)):
        totals[row, column] = 0.0
        for slot in slots:
            totals[row, column] += values[column, slot]
    floor, equals = -np.inf, len(items)
    if len(items) > most:
        floor, equals = _floor(values[last], slots, most)
    for at in range(len(items)):
        weight = values[last, slots[at]]
        if weight < floor or (weight == floor and equals == 0):
            continue
        if weight == floor:
            equals -= 1
        row_items[row, count] = items[at]
        for column in range(len(values)):
            total = totals[row, column]
            shares[row, count, column] = values[column, slots[at]] / total if total > 0.0 else 0.0
        count += 1
    lengths[row] = count


@jit_compiled
def _floor(weights: FloatArray, slots: LongArray, most: int) -> tuple[float, int]:
    """Return the least of the `most` largest weights, and how many of them are as small."""
    own = np.empty(len(slots))
    for at in range(len(slots)):
        own[at] = weights[slots[at]]
    floor, larger = _find(own, len(own) - most), 0
    for weight in own:
        if weight > floor:
            larger += 1
    return floor, most - larger


@jit_compiled
def _find(values: FloatArray, wanted: int) -> float:
    """Return the value whose place it would be if they were sorted, by Hoare's FIND; they change places."""
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
        if right < wanted < left:
            break
        low, high = (low, right) if wanted <= right else (left, high)
    return float(values[wanted])
