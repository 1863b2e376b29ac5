"""The union of the items that several components retrieve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import IntArray, LongArray

#: An item and the index of a list are packed into one integer; the low bits contain the list.
_LIST_BITS = 16
_LIST_MASK = (1 << _LIST_BITS) - 1


class CandidateUnion:
    """Merges item lists with a bitmap over all items, which it reuses between calls."""

    def __init__(self) -> None:
        self._bitmap: IntArray = np.empty(0, np.uint64)

    def merge(self, lists: Sequence[IntArray], excluded: IntArray, size: int) -> tuple[IntArray, IntArray]:
        """Return the distinct items of several lists, ascending, and the first list that contains each.

        Args:
            lists: item positions.
            excluded: positions to leave out.
            size: number of positions.
        """
        if len(self._bitmap) != size // 64 + 1:
            self._bitmap = np.zeros(size // 64 + 1, np.uint64)
        lengths = np.array([len(items) for items in lists], np.int32)
        packed = _merge(np.concatenate(lists), lengths, excluded, self._bitmap)
        packed.sort()
        return (packed >> _LIST_BITS).astype(np.int32), (packed & _LIST_MASK).astype(np.int32)


@jit_compiled
def _merge(items: IntArray, lengths: IntArray, excluded: IntArray, bitmap: IntArray) -> LongArray:
    """Return each item that is not excluded once, packed with the first list that contains it."""
    for item in excluded:
        bitmap[item >> 6] |= np.uint64(1) << np.uint64(item & 63)
    packed, count, position = np.empty(len(items), np.int64), 0, 0
    for index in range(len(lengths)):
        for _ in range(lengths[index]):
            item, position = items[position], position + 1
            bit = np.uint64(1) << np.uint64(item & 63)
            if not bitmap[item >> 6] & bit:
                bitmap[item >> 6] |= bit
                packed[count] = (np.int64(item) << _LIST_BITS) + index
                count += 1
    for item in items:
        bitmap[item >> 6] = 0
    for item in excluded:
        bitmap[item >> 6] = 0
    return packed[:count]
