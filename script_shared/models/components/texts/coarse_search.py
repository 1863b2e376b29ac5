"""A coarse search: the rows of a table that may have the highest dot products with a vector.

The table is stored by column as 8-bit integers (scalar quantisation), and a query sums only the columns that
matter most to it: those with the largest product of its own coordinate and the column's deviation. Callers
compare the rows found exactly. Unlike an inverted file or a graph of neighbours it needs no training, finds
the neighbours of queries that are unlike the rows, and a row is changed in place.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from script_shared.jit import jit_compiled
from script_shared.types import FeatureArray, LongArray

_Codes = npt.NDArray[np.int8]
_Sums = npt.NDArray[np.int16]

#: Codes are from −127 to 127, which stand for so many standard deviations.
_LARGEST, _DEVIATIONS = 127, 4.0
#: Rows that are summed while their sums are in the processor's cache, and rows of a sample of the sums.
_BLOCK, _SAMPLE = 16_384, 8_192
_LARGEST_SUM = np.iinfo(np.int16).max


class CoarseTable:
    """The codes of a table of vectors.

    Args:
        vectors: shape (rows, dimensions); they set the scale of each dimension.
        columns: number of columns that a search sums.
    """

    def __init__(self, vectors: FeatureArray, columns: int) -> None:
        self._deviations = np.sqrt(np.mean(np.square(vectors), axis=0))
        self._scale = np.float32(_LARGEST / _DEVIATIONS) / np.maximum(self._deviations, np.float32(1e-9))
        self._columns = columns
        self._codes = np.ascontiguousarray(self._encode(vectors).T)
        self._sums = np.empty(len(vectors), np.int16)

    def _encode(self, vectors: FeatureArray) -> _Codes:
        return np.clip(np.rint(vectors * self._scale), -_LARGEST, _LARGEST).astype(np.int8)

    def store(self, rows: LongArray, vectors: FeatureArray) -> None:
        """Replace rows; those behind the end are added.

        Args:
            rows: distinct, shape (n,).
            vectors: shape (n, dimensions).
        """
        capacity = int(rows.max(initial=-1)) + 1
        if capacity > len(self._sums):
            capacity += capacity // 8
            codes = np.zeros((len(self._codes), capacity), np.int8)
            codes[:, : len(self._sums)] = self._codes
            self._codes, self._sums = codes, np.empty(capacity, np.int16)
        self._codes[:, rows] = self._encode(vectors).T

    def search(self, vector: FeatureArray, size: int, count: int, left_out: LongArray) -> LongArray:
        """Return about `count` rows whose coarse dot products are highest, ascending; more where many tie.

        Args:
            vector: shape (dimensions,).
            size: number of rows, the first ones.
            count: number of rows wanted.
            left_out: rows that must not be found.
        """
        columns = np.argsort(-np.abs(vector) * self._deviations)[: self._columns]
        weights = vector[columns] / self._scale[columns]
        total = np.abs(weights).sum()
        if not total:
            return np.empty(0, np.int64)
        # So that no sum exceeds 16 bits, also after rounding.
        weights *= (_LARGEST_SUM / _LARGEST - len(columns)) / total
        sums = self._sums[:size]
        _sum_columns(self._codes, columns, np.rint(weights).astype(np.int16), sums)
        sums[left_out] = -_LARGEST_SUM
        step = max(1, size // _SAMPLE)
        sample = np.sort(sums[::step])
        lowest = sample[-min(len(sample), -(-count // step))]
        return np.flatnonzero(sums >= max(lowest, 1 - _LARGEST_SUM))


@jit_compiled
def _sum_columns(codes: _Codes, columns: LongArray, weights: _Sums, sums: _Sums) -> None:
    """Write the weighted sum of some columns, block by block, two columns at a time."""
    for start in range(0, len(sums), _BLOCK):
        block = sums[start : start + _BLOCK]
        end = start + len(block)
        block[:] = 0
        for place in range(0, len(columns) - 1, 2):
            first, second = codes[columns[place], start:end], codes[columns[place + 1], start:end]
            weight, weight_2 = weights[place], weights[place + 1]
            for row in range(len(block)):
                product = np.int16(np.int16(first[row]) * weight)
                product_2 = np.int16(np.int16(second[row]) * weight_2)
                block[row] = np.int16(block[row] + product + product_2)
        if len(columns) % 2:
            last, weight = codes[columns[-1], start:end], weights[-1]
            for row in range(len(block)):
                block[row] = np.int16(block[row] + np.int16(np.int16(last[row]) * weight))
