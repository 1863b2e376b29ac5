"""Small sets of numbers as bits: the skills and the areas of many openings and applicants."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from script_shared.types import FloatArray

BitArray = npt.NDArray[np.uint64]
_WORD = 64


def pack_sets(sets: Iterable[Iterable[int]], size: int) -> BitArray:
    """Return the sets as bits, shape (sets, words).

    Args:
        sets: of numbers from 0 to `size` − 1; others are left out.
        size: number of possible members.
    """
    words = -(-size // _WORD)
    rows = []
    for members in sets:
        row = [0] * words
        for member in members:
            if 0 <= member < size:
                row[member // _WORD] |= 1 << member % _WORD
        rows.append(row)
    return np.array(rows, np.uint64).reshape(len(rows), words)


def count_common_rows(first: BitArray, second: BitArray) -> FloatArray:
    """Return how many members the sets of each row have in common; both of shape (n, words)."""
    return np.bitwise_count(first & second).sum(axis=1, dtype=np.float64)
