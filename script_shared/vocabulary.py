"""Ids and their positions, as flat arrays that can be memory-mapped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from script_shared.jit import jit_compiled
from script_shared.types import Arrays, IntArray

UNKNOWN = -1

#: Maximum number of cached look-ups, some ten MB.
_MAX_CACHED = 65_536

_EMPTY_SPAN = (0, 0)


class Vocabulary(Sequence[str]):
    """An immutable, ordered set of ids; everywhere else an id is represented by its position.

    Ids are in shortlex order (shorter first, then by code point): of whole numbers the lower id comes first,
    and a stable sort by score breaks ties as the evaluation protocols require. Memory: the UTF-8 bytes plus
    8 bytes per id; a look-up is a binary search among ids of the same length.

    Args:
        text: UTF-8 bytes of all ids, one after the other.
        offsets: start of each id in `text`, and at last the end of all.
    """

    def __init__(self, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> None:
        self._bytes, self._offsets = text, offsets
        self._view = memoryview(np.ascontiguousarray(text))  # type: ignore[arg-type]

    @classmethod
    def from_ids(cls, ids: Iterable[str]) -> Vocabulary:
        """Build the vocabulary of `ids`; repeats count once."""
        return cls._from_encoded(sorted({name.encode() for name in ids}, key=_shortlex))

    @classmethod
    def from_sorted_ids(cls, ids: Iterable[str]) -> Vocabulary:
        """Build the vocabulary of distinct ids in shortlex order."""
        return cls._from_encoded([name.encode() for name in ids])

    @classmethod
    def _from_encoded(cls, encoded: list[bytes]) -> Vocabulary:
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(name) for name in encoded], out=offsets[1:])
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
        """Return the position of an id, -1 where it is unknown."""
        name = value.encode()
        start, end = self._spans.get(len(name), _EMPTY_SPAN)
        return _binary_search(name, self._bytes, self._offsets, start, end) if start < end else UNKNOWN

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """By length, the first position of the ids of that length and the position after the last."""
        lengths, starts = np.unique(np.diff(self._offsets), return_index=True)
        ends = np.append(starts[1:], len(self))[: len(starts)]
        spans = zip(starts.tolist(), ends.tolist(), strict=True)
        return dict(zip(lengths.tolist(), spans, strict=True))

    def find_all(self, values: Iterable[str]) -> IntArray:
        """Return the positions of the known ids, in the order given."""
        positions = (self.find(value) for value in values)
        return np.array([position for position in positions if position != UNKNOWN], np.int32)

    def arrays(self) -> Arrays:
        """Return the vocabulary as arrays."""
        return {"text": self._bytes, "offsets": self._offsets}

    @classmethod
    def restore(cls, arrays: Arrays) -> Vocabulary:
        """Build a vocabulary from the arrays of another."""
        return cls(np.asarray(arrays["text"], np.uint8), np.asarray(arrays["offsets"], np.int64))


@jit_compiled
def _binary_search(
    name: bytes, text: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], low: int, high: int
) -> int:
    """Return the position of an id among those from `low` to `high`, all of its length; -1 where absent."""
    length = len(name)
    while low < high:
        middle = (low + high) // 2
        place, start = 0, offsets[middle]
        while place < length and name[place] == text[start + place]:
            place += 1
        if place == length:
            return middle
        if name[place] < text[start + place]:
            high = middle
        else:
            low = middle + 1
    return UNKNOWN


class GrowingVocabulary(Sequence[str]):
    """A vocabulary to which ids can be added, up to a capacity.

    Args:
        known: ids that have positions already.
        room: maximum number of ids that can be added.
    """

    def __init__(self, known: Vocabulary, room: int) -> None:
        self._known, self.capacity = known, len(known) + room
        self._added: dict[str, int] = {}
        self._added_names: list[str] = []
        self._cached_positions: dict[str, int] = {}
        self._cached_names: dict[int, str] = {}
        self._forgotten: set[int] = set()

    def __len__(self) -> int:
        return len(self._known) + len(self._added_names)

    def __getitem__(self, position: int) -> str:  # type: ignore[override]
        name = self._cached_names.get(position)
        return self._load_name(position) if name is None else name

    def _load_name(self, position: int) -> str:
        added = position - len(self._known)
        if added >= 0:
            return self._added_names[added]
        if position in self._forgotten:
            return ""
        if len(self._cached_names) >= _MAX_CACHED:
            self._cached_names.clear()
        name = self._cached_names[position] = self._known[position]
        return name

    def find(self, value: str) -> int:
        """Return the position of an id, -1 where it is unknown."""
        position = self._added.get(value)
        if position is None:
            position = self._cached_positions.get(value)
        return self._load_position(value) if position is None else position

    def _load_position(self, value: str) -> int:
        position = self._known.find(value)
        if position in self._forgotten:
            return UNKNOWN
        if position != UNKNOWN:
            if len(self._cached_positions) >= _MAX_CACHED:
                self._cached_positions.clear()
            self._cached_positions[value] = position
        return position

    def find_all(self, values: Iterable[str]) -> IntArray:
        """Return the positions of the known ids, in the order given."""
        positions = (self.find(value) for value in values)
        return np.array([position for position in positions if position != UNKNOWN], np.int32)

    def add(self, value: str) -> int:
        """Return the position of an id, adding the id if it is new; -1 when the vocabulary is full."""
        position = self.find(value)
        if position == UNKNOWN and len(self) < self.capacity:
            position = self._added[value] = len(self)
            self._added_names.append(value)
        return position

    def forget(self, value: str) -> int:
        """Make an id unknown and return its position, whose name is empty from then on.

        If the id is added again, it gets another position.
        """
        position = self.find(value)
        if position == UNKNOWN:
            return position
        if self._added.pop(value, None) is None:
            self._cached_positions.pop(value, None)
            self._cached_names.pop(position, None)
            self._forgotten.add(position)
        else:
            self._added_names[position - len(self._known)] = ""
        return position


def _shortlex(name: bytes) -> tuple[int, bytes]:
    return len(name), name
