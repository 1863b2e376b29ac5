"""Reads of items that have not been reported yet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from script_shared.types import Interaction

#: At most so many reads are kept, some 20 MB.
CAPACITY = 50_000


class PendingInteractions:
    """Reads by item until the item is reported; those of the item waiting longest are dropped first.

    Args:
        capacity: how many reads are kept.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._reads: OrderedDict[str, list[Interaction]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, read: Interaction) -> None:
        """Keep a read."""
        self._reads.setdefault(read.item_id, []).append(read)
        self._count += 1
        while self._count > self._capacity:
            _, dropped = self._reads.popitem(last=False)
            self._count -= len(dropped)

    def take(self, item_ids: Iterable[str]) -> list[Interaction]:
        """Return and remove the reads of items."""
        if not self._reads:
            return []
        taken = [read for item_id in item_ids for read in self._reads.pop(item_id, ())]
        self._count -= len(taken)
        return taken

    def forget(self, user_id: str) -> None:
        """Remove the reads of a user."""
        for item_id, interactions in list(self._reads.items()):
            kept = [read for read in interactions if read.user_id != user_id]
            self._count -= len(interactions) - len(kept)
            if kept:
                self._reads[item_id] = kept
            else:
                del self._reads[item_id]
