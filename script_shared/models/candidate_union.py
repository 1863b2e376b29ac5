"""What several lists name together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import IntArray, LongArray

#: An item and the number of a list are one number; so many bits hold the list's.
_BITS = 16
_LAST = (1 << _BITS) - 1


class CandidateUnion:
    """The union of lists, by a table with a bit for every item that is kept between calls."""

    def __init__(self) -> None:
        self._marks: IntArray = np.empty(0, np.uint64)

    def of(self, lists: Sequence[IntArray], read: IntArray, size: int) -> tuple[IntArray, IntArray]:
        """Return the unread items of several lists, ascending, and the first list that names each.

        Args:
            lists: positions.
            read: positions that are left out.
            size: all positions are below.
        """
        if len(self._marks) != size // 64 + 1:
            self._marks = np.zeros(size // 64 + 1, np.uint64)
        lengths = np.array([len(each) for each in lists], np.int32)
        named = _union(np.concatenate(lists), lengths, read, self._marks)
        named.sort()
        return (named >> _BITS).astype(np.int32), (named & _LAST).astype(np.int32)


@jit_compiled
def _union(items: IntArray, lengths: IntArray, read: IntArray, marks: IntArray) -> LongArray:
    """Return each unread item once, as one number with the first list that names it."""
    for item in read:
        marks[item >> 6] |= np.uint64(1) << np.uint64(item & 63)
    named, count, at = np.empty(len(items), np.int64), 0, 0
    for place in range(len(lengths)):
        for _ in range(lengths[place]):
            item, at = items[at], at + 1
            bit = np.uint64(1) << np.uint64(item & 63)
            if not marks[item >> 6] & bit:
                marks[item >> 6] |= bit
                named[count] = (np.int64(item) << _BITS) + place
                count += 1
    for item in items:
        marks[item >> 6] = 0
    for item in read:
        marks[item >> 6] = 0
    return named[:count]
