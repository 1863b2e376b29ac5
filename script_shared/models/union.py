"""What several lists name together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.compiled import compiled
from script_shared.types import NO_ITEMS, IntArray

#: What the table says of items that no list has named, and of those that were read.
_UNNAMED, _READ = -1, -2


class Union:
    """The union of lists, by a table with a place for every item that is kept between calls."""

    def __init__(self) -> None:
        self._lists = NO_ITEMS

    def of(self, lists: Sequence[IntArray], read: IntArray, size: int) -> tuple[IntArray, IntArray]:
        """Return the unread items of several lists, ascending, and the first list that names each.

        Args:
            lists: positions.
            read: positions that are left out.
            size: all positions are below.
        """
        if len(self._lists) != size:
            self._lists = np.full(size, _UNNAMED, np.int32)
        lengths = np.array([len(each) for each in lists], np.int32)
        return _union(np.concatenate(lists), lengths, read, self._lists)


@compiled
def _union(items: IntArray, lengths: IntArray, read: IntArray, lists: IntArray) -> tuple[IntArray, IntArray]:
    for item in read:
        lists[item] = _READ
    union, count, at = np.empty(len(items), np.int32), 0, 0
    for place in range(len(lengths)):
        for _ in range(lengths[place]):
            if lists[items[at]] == _UNNAMED:
                lists[items[at]] = place
                union[count] = items[at]
                count += 1
            at += 1
    ascending, origin = np.sort(union[:count]), np.empty(count, np.int32)
    for at in range(count):
        origin[at] = lists[ascending[at]]
        lists[ascending[at]] = _UNNAMED
    for item in read:
        lists[item] = _UNNAMED
    return ascending, origin
