"""Pairs first seen since all were sorted: a hash table of plain arrays, filled by compiled loops."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.types import IntArray, LongArray

#: Fibonacci hashing: 2^64 by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)

#: A pair is one number: the first item's position, shifted, and the second's.
BITS = 32


class _Tables(NamedTuple):
    """Slots are kept plus one, so that 0 is none, and memory that nobody wrote takes no room.

    Attributes:
        pairs: by slot.
        slots: by a hash of the pair.
        newest: the newest slot of an item's pairs, by a hash of the item that is first.
        before: by slot, that of the same item's pair before it.
        shift: takes the hash's upper bits.
    """

    pairs: LongArray
    slots: IntArray
    newest: IntArray
    before: IntArray
    shift: np.uint64


class PairBuffer:
    """Gives each new pair the next slot, and knows the pairs that begin with an item.

    Args:
        room: there may be so many.
    """

    def __init__(self, room: int) -> None:
        bits = max(4, (room * 3 // 2).bit_length())
        pairs, before = np.zeros(room, np.int64), np.zeros(room, np.int32)
        slots, newest = (np.zeros(1 << bits, np.int32) for _ in range(2))
        self._tables = _Tables(pairs, slots, newest, before, np.uint64(64 - bits))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def pairs(self) -> LongArray:
        """The pairs, by slot."""
        return self._tables.pairs[: self._count]

    def slots(self, pairs: LongArray) -> LongArray:
        """Return each pair's slot; pairs not seen before get the next ones, in their order."""
        slots, self._count = _placed(pairs, self._count, self._tables)
        return slots

    def after(self, item: int) -> LongArray:
        """Return the slots of pairs whose first item is this one, newest first."""
        return _chained(item, self._tables)


@jit_compiled
def _placed(pairs: LongArray, count: int, tables: _Tables) -> tuple[LongArray, int]:
    known, slots, newest, before, shift = tables
    found, mask = np.empty(len(pairs), np.int64), len(slots) - 1
    for at in range(len(pairs)):
        pair = pairs[at]
        place = np.int64((np.uint64(pair) * _GOLDEN) >> shift)
        while slots[place] and known[slots[place] - 1] != pair:
            place = (place + 1) & mask
        if not slots[place]:
            known[count] = pair
            item = pair >> BITS
            head = np.int64((np.uint64(item) * _GOLDEN) >> shift)
            while newest[head] and known[newest[head] - 1] >> BITS != item:
                head = (head + 1) & mask
            before[count] = newest[head]
            count += 1
            slots[place] = newest[head] = count
        found[at] = slots[place] - 1
    return found, count


@jit_compiled
def _chained(item: int, tables: _Tables) -> LongArray:
    known, _, newest, before, shift = tables
    head, mask = np.int64((np.uint64(item) * _GOLDEN) >> shift), len(newest) - 1
    while newest[head] and known[newest[head] - 1] >> BITS != item:
        head = (head + 1) & mask
    count, slot = 0, newest[head]
    while slot:
        count, slot = count + 1, before[slot - 1]
    slots, slot = np.empty(count, np.int64), newest[head]
    for at in range(count):
        slots[at] = slot - 1
        slot = before[slot - 1]
    return slots
