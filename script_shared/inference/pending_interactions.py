"""Interactions with items that have not been reported yet."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from script_shared.types import Interaction

#: Maximum number of interactions, some 20 MB.
CAPACITY = 50_000


class PendingInteractions:
    """Stores interactions by item until the item is reported; when full, the oldest item's are dropped.

    Args:
        capacity: maximum number of interactions.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._by_item: OrderedDict[str, list[Interaction]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, interaction: Interaction) -> None:
        """Store an interaction."""
        self._by_item.setdefault(interaction.item_id, []).append(interaction)
        self._count += 1
        while self._count > self._capacity:
            _, dropped = self._by_item.popitem(last=False)
            self._count -= len(dropped)

    def take(self, item_ids: Iterable[str]) -> list[Interaction]:
        """Remove and return the interactions with some items."""
        if not self._by_item:
            return []
        taken = [interaction for item_id in item_ids for interaction in self._by_item.pop(item_id, ())]
        self._count -= len(taken)
        return taken

    def forget(self, user_id: str) -> None:
        """Remove the interactions of a user."""
        for item_id, interactions in list(self._by_item.items()):
            kept = [interaction for interaction in interactions if interaction.user_id != user_id]
            self._count -= len(interactions) - len(kept)
            if kept:
                self._by_item[item_id] = kept
            else:
                del self._by_item[item_id]
