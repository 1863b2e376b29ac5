"""Ids and their positions, as flat arrays that can be mapped into memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from script_shared.jit import jit_compiled
from script_shared.types import Arrays, IntArray

UNKNOWN = -1

#: Ids asked for that are kept ready, of some ten MB.
_REMEMBERED = 65_536

_NOWHERE = (0, 0)


class Vocabulary(Sequence[str]):
    """An immutable, ordered set of ids; an id's position stands for it everywhere else.

    Ids are in shortlex order (shorter first, then by code point), so that for whole numbers the
    lower id comes first and a stable sort by score breaks ties as the protocols ask.
    Memory: the UTF-8 bytes plus 8 bytes an id; a look-up is a binary search among ids of its length.
    """

    def __init__(self, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        self._bytes, self._offsets = text, offsets
        self._view = memoryview(np.ascontiguousarray(text))  # type: ignore[arg-type]

    @classmethod
    def of(cls, ids: Iterable[str]) -> Vocabulary:
        """Build the vocabulary of `ids`; repeats count once."""
        return cls._of_encoded(sorted({each.encode() for each in ids}, key=_shortlex))

    @classmethod
    def of_sorted(cls, ids: Iterable[str]) -> Vocabulary:
        """Build the vocabulary of distinct ids that are in shortlex order already."""
        return cls._of_encoded([each.encode() for each in ids])

    @classmethod
    def _of_encoded(cls, encoded: list[bytes]) -> Vocabulary:
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(each) for each in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), offsets)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def _raw(self, position: int) -> bytes:
        return bytes(self._view[self._offsets[position] : self._offsets[position + 1]])

    def __getitem__(self, position: int) -> str:  # type: ignore[override]
        if not 0 <= position < len(self):
            raise IndexError(position)
        return self._raw(position).decode()

    def __iter__(self) -> Iterator[str]:
        return (self._raw(position).decode() for position in range(len(self)))

    def __contains__(self, value: object) -> bool:
        return isinstance(value, str) and self.find(value) != UNKNOWN

    def find(self, value: str) -> int:
        """Return the position of an id, -1 when it is not there."""
        wanted = value.encode()
        start, end = self._spans.get(len(wanted), _NOWHERE)
        return _found(wanted, self._bytes, self._offsets, start, end) if start < end else UNKNOWN

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """By length, where ids of that length begin and end."""
        lengths, starts = np.unique(np.diff(self._offsets), return_index=True)
        ends = np.append(starts[1:], len(self))[: len(starts)]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return dict(zip(lengths.tolist(), spans, strict=True))

    def find_all(self, values: Iterable[str]) -> IntArray:
        """Return the positions of those ids that are known, in the order given."""
        places = (self.find(value) for value in values)
        return np.array([place for place in places if place != UNKNOWN], np.int32)

    def arrays(self) -> Arrays:
        """Return the state as arrays."""
        return {"text": self._bytes, "offsets": self._offsets}

    @classmethod
    def restore(cls, arrays: Arrays) -> Vocabulary:
        """Build a vocabulary from what `arrays` gave."""
        return cls(np.asarray(arrays["text"], np.uint8), np.asarray(arrays["offsets"], np.int64))


@jit_compiled
def _found(
    wanted: bytes, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], low: int, high: int
) -> int:
    """Return the position of an id among ids of its length from `low` on, in order; -1: not there."""
    length = len(wanted)
    while low < high:
        middle = (low + high) // 2
        at, start = 0, offsets[middle]
        while at < length and wanted[at] == text[start + at]:
            at += 1
        if at == length:
            return middle
        if wanted[at] < text[start + at]:
            high = middle
        else:
            low = middle + 1
    return UNKNOWN


class GrowingVocabulary(Sequence[str]):
    """A vocabulary that takes new ids behind its own, up to a capacity.

    Args:
        known: ids that have positions already.
        room: at most so many more are taken.
    """

    def __init__(self, known: Vocabulary, room: int) -> None:
        self._known, self.capacity = known, len(known) + room
        self._added: dict[str, int] = {}
        self._asked: dict[str, int] = {}
        self._told: dict[int, str] = {}
        self._names: list[str] = []
        self._forgotten: set[int] = set()

    def __len__(self) -> int:
        return len(self._known) + len(self._names)

    def __getitem__(self, position: int) -> str:  # type: ignore[override]
        told = self._told.get(position)
        return self._tell(position) if told is None else told

    def _tell(self, position: int) -> str:
        beyond = position - len(self._known)
        if beyond >= 0:
            return self._names[beyond]
        if len(self._told) >= _REMEMBERED:
            self._told.clear()
        told = self._told[position] = self._known[position]
        return told

    def find(self, value: str) -> int:
        """Return the position of an id, -1 when it is not there."""
        place = self._added.get(value)
        if place is None:
            place = self._asked.get(value)
        return self._look_up(value) if place is None else place

    def _look_up(self, value: str) -> int:
        place = self._known.find(value)
        if place in self._forgotten:
            return UNKNOWN
        if place != UNKNOWN:
            if len(self._asked) >= _REMEMBERED:
                self._asked.clear()
            self._asked[value] = place
        return place

    def find_all(self, values: Iterable[str]) -> IntArray:
        """Return the positions of those ids that are known, in the order given."""
        places = (self.find(value) for value in values)
        return np.array([place for place in places if place != UNKNOWN], np.int32)

    def add(self, value: str) -> int:
        """Return the position of an id, which is made if need be; -1 when there is no room left."""
        place = self.find(value)
        if place == UNKNOWN and len(self) < self.capacity:
            place = self._added[value] = len(self)
            self._names.append(value)
        return place

    def forget(self, value: str) -> int:
        """Make an id unknown and return the position that it had; if it comes again it gets another one."""
        place = self.find(value)
        if place == UNKNOWN:
            return place
        if self._added.pop(value, None) is None:
            self._asked.pop(value, None)
            self._forgotten.add(place)
        else:
            self._names[place - len(self._known)] = ""
        return place


def _shortlex(raw: bytes) -> tuple[int, bytes]:
    return len(raw), raw
