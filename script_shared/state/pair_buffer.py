"""Pairs not yet merged into the sorted ones: a hash table of flat arrays, filled by compiled loops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import IntArray, LongArray

#: Multiplier of Fibonacci hashing: 2^64 divided by the golden ratio.
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

#: A pair is one number: the first item's position shifted by this, plus the second's.
ITEM_BITS = 32


class _Tables(NamedTuple):
    """Open-addressing tables and a linked list of slots per first item, newest first.

    Slots are stored plus one: 0 is none, and memory that was never written takes no space.

    Attributes:
        pairs: by slot.
        slots: by hash of the pair.
        newest: newest slot of an item's pairs, by hash of the first item.
        previous: by slot, the slot of the same item's pair before it.
        shift: selects the upper bits of a hash.
    """

    pairs: LongArray
    slots: IntArray
    newest: IntArray
    previous: IntArray
    shift: np.uint64


class PairBuffer:
    """Assigns slots to new pairs, and finds the slots of pairs that begin with an item.

    Args:
        capacity: maximum number of pairs.
    """

    def __init__(self, capacity: int) -> None:
        bits = max(4, (capacity * 3 // 2).bit_length())
        pairs, previous = np.zeros(capacity, np.int64), np.zeros(capacity, np.int32)
        slots, newest = (np.zeros(1 << bits, np.int32) for _ in range(2))
        self._tables = _Tables(pairs, slots, newest, previous, np.uint64(64 - bits))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def pairs(self) -> LongArray:
        """The pairs, by slot."""
        return self._tables.pairs[: self._size]

    def assign_slots(self, pairs: LongArray) -> LongArray:
        """Return the slot of each pair; new pairs get the next slots, in the order given."""
        slots, self._size = _assign_slots(pairs, self._size, self._tables)
        return slots

    def find_slots(self, item: int) -> LongArray:
        """Return the slots of the pairs whose first item is `item`, newest first."""
        return _find_slots(item, self._tables)


@jit_compiled
def _assign_slots(pairs: LongArray, size: int, tables: _Tables) -> tuple[LongArray, int]:
    known, slots, newest, previous, shift = tables
    found, mask = np.empty(len(pairs), np.int64), len(slots) - 1
    for row in range(len(pairs)):
        pair = pairs[row]
        place = np.int64((np.uint64(pair) * _MULTIPLIER) >> shift)
        while slots[place] and known[slots[place] - 1] != pair:
            place = (place + 1) & mask
        if not slots[place]:
            known[size] = pair
            item = pair >> ITEM_BITS
            head = np.int64((np.uint64(item) * _MULTIPLIER) >> shift)
            while newest[head] and known[newest[head] - 1] >> ITEM_BITS != item:
                head = (head + 1) & mask
            previous[size] = newest[head]
            size += 1
            slots[place] = newest[head] = size
        found[row] = slots[place] - 1
    return found, size


@jit_compiled
def _find_slots(item: int, tables: _Tables) -> LongArray:
    known, _, newest, previous, shift = tables
    head, mask = np.int64((np.uint64(item) * _MULTIPLIER) >> shift), len(newest) - 1
    while newest[head] and known[newest[head] - 1] >> ITEM_BITS != item:
        head = (head + 1) & mask
    count, slot = 0, newest[head]
    while slot:
        count, slot = count + 1, previous[slot - 1]
    slots, slot = np.empty(count, np.int64), newest[head]
    for place in range(count):
        slots[place] = slot - 1
        slot = previous[slot - 1]
    return slots
