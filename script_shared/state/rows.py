"""Neighbours of items side by side in memory: a compiled loop goes through those of several items."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from script_shared.compiled import compiled
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: So many items' neighbours are kept; memory is taken as they come.
ROOM = 8_192

_Parts = tuple[IntArray, IntArray, FeatureArray, FloatArray]


class Rows:
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
    def parts(self) -> _Parts:
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

    def write(self, row: int, items: IntArray, slots: LongArray, values: FloatArray) -> None:
        """Put an item's neighbours into a row.

        Args:
            row: which.
            items: all neighbours, ascending.
            slots: where their weights lie.
            values: weights, shape (half-lives, all slots); those that weigh most at the last half-life
                are told.
        """
        most = self.items.shape[1]
        told = np.arange(len(items)) if len(items) <= most else _strongest(values[-1, slots], most)
        _write(row, items, slots, values, told, self.parts)

    def row(self, row: int) -> tuple[IntArray, FloatArray, FloatArray]:
        """Return items, their weights of shape (half-lives, items), and totals of shape (half-lives,)."""
        told = slice(0, self.lengths[row])
        totals = self.totals[row].copy()
        return self.items[row, told].copy(), self.shares[row, told].T * totals[:, None], totals

    def forget(self, items: Iterable[int]) -> None:
        """Have the rows of some items written anew when they are next asked for."""
        for item in self._fresh.keys() & set(items) if self._fresh else ():
            del self._fresh[item]

    def forget_all(self) -> None:
        """Have all rows written anew when they are next asked for."""
        self._fresh.clear()


def _strongest(weights: FloatArray, most: int) -> LongArray:
    """Return the places of the largest weights, ascending; of equals, the first."""
    floor = np.partition(weights, -most)[-most]
    strong = weights > floor
    equals = np.flatnonzero(weights == floor)
    strong[equals[: most - np.count_nonzero(strong)]] = True
    return np.flatnonzero(strong)


@compiled
def _write(
    row: int, items: IntArray, slots: LongArray, values: FloatArray, told: LongArray, parts: _Parts
) -> None:
    lengths, row_items, shares, totals = parts
    lengths[row] = len(told)
    for at in range(len(told)):
        row_items[row, at] = items[told[at]]
    for column in range(len(values)):
        total = 0.0
        for slot in slots:
            total += values[column, slot]
        totals[row, column] = total
        for at in range(len(told)):
            shares[row, at, column] = values[column, slots[told[at]]] / total if total > 0.0 else 0.0
