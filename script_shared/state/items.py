"""What is known of each item: when it was published and first read, and its category."""

from __future__ import annotations

import numpy as np

from script_shared.types import Arrays, IntArray, LongArray

NEVER = np.iinfo(np.int64).max


class Items:
    """Facts of items by position.

    Attributes:
        first_ms: when an item was first read, ms UTC, `NEVER` if not yet.
        published_ms: when it was published, ms UTC, -1 where unknown.
        category: position of its category, 0 where no item's is known; one more than there are for all
            those of which the release knows none.
    """

    def __init__(self, size: int) -> None:
        self.first_ms: LongArray = np.full(size, NEVER, np.int64)
        self.published_ms: LongArray = np.full(size, -1, np.int64)
        self.category: IntArray = np.zeros(size, np.int32)

    def __len__(self) -> int:
        return len(self.first_ms)

    def apply(self, items: IntArray, times: LongArray) -> None:
        """Note first reads."""
        np.minimum.at(self.first_ms, items, times)

    def snapshot(self) -> Arrays:
        """Return the facts as arrays."""
        return {name: array.copy() for name, array in vars(self).items()}

    def restore(self, arrays: Arrays) -> None:
        """Take the facts back; positions beyond them stay unknown."""
        for name, array in vars(self).items():
            array[: len(arrays[name])] = arrays[name]
