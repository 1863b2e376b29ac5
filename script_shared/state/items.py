"""Published time, first interaction and category of each item."""

from __future__ import annotations

import numpy as np

from script_shared.types import Arrays, IntArray, LongArray

NEVER = np.iinfo(np.int64).max


class Items:
    """Attributes of items by position.

    Attributes:
        first_ms: time of the first interaction, ms UTC, `NEVER` where there was none.
        published_ms: published time, ms UTC, -1 where unknown.
        category: position of the category, 0 where no item has one. Items whose category is not in the
            release share the position after the last.
    """

    def __init__(self, size: int) -> None:
        self.first_ms: LongArray = np.full(size, NEVER, np.int64)
        self.published_ms: LongArray = np.full(size, -1, np.int64)
        self.category: IntArray = np.zeros(size, np.int32)

    def __len__(self) -> int:
        return len(self.first_ms)

    def apply(self, items: IntArray, times: LongArray) -> None:
        """Update the first interactions."""
        np.minimum.at(self.first_ms, items, times)

    def snapshot(self) -> Arrays:
        """Return a copy of the attributes as arrays."""
        return {name: array.copy() for name, array in vars(self).items()}

    def restore(self, arrays: Arrays) -> None:
        """Replace the attributes by those of a snapshot; positions behind its end stay unknown."""
        for name, array in vars(self).items():
            array[: len(arrays[name])] = arrays[name]
