"""Neighbours of items side by side in memory: a compiled loop goes through those of several items."""

from __future__ import annotations

import numpy as np

from script_shared.state.pairs import PairParameters, Pairs
from script_shared.types import FeatureArray, FloatArray, IntArray

#: So many items' neighbours are kept; memory is taken as they come.
ROOM = 8_192

_Row = tuple[IntArray, FloatArray, FloatArray]


class Rows:
    """What `Pairs.neighbours` tells of the items asked for lately, a row an item.

    Args:
        pairs: whose neighbours.
        parameters: of these pairs.

    Attributes:
        lengths: of each row, how many neighbours.
        items: neighbours, shape (rows, most neighbours).
        shares: of each in the row's total, shape (rows, most neighbours, half-lives).
        totals: weights of all neighbours of a row, those not told included, to be scaled, shape
            (rows, half-lives).
    """

    def __init__(self, pairs: Pairs, parameters: PairParameters) -> None:
        most, half_lives = parameters.partners, len(parameters.half_lives)
        self._pairs = pairs
        self._kept: dict[int, tuple[int, _Row]] = {}
        self.lengths: IntArray = np.zeros(ROOM, np.int32)
        self.items: IntArray = np.empty((ROOM, most), np.int32)
        self.shares: FeatureArray = np.empty((ROOM, most, half_lives), np.float32)
        self.totals: FloatArray = np.empty((ROOM, half_lives))

    def of(self, items: list[int]) -> IntArray:
        """Return the row of each item; rows stay where they are until the next call."""
        if len(self._kept) + len(items) > ROOM:
            self._kept.clear()
        tell, kept = self._pairs.neighbours, self._kept
        places = []
        for item in items:
            row, known = tell(item), kept.get(item)
            if known is None or known[1] is not row:
                known = kept[item] = len(kept) if known is None else known[0], row
                self._put(*known)
            places.append(known[0])
        return np.array(places, np.int32)

    def _put(self, place: int, row: _Row) -> None:
        items, weights, totals = row
        self.lengths[place] = len(items)
        self.items[place, : len(items)] = items
        self.shares[place, : len(items)] = (weights / totals[:, None]).T
        self.totals[place] = totals
