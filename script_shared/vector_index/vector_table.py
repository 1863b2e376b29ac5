"""Vectors and labels by id, in memory or memory-mapped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from script_shared.arrays import Bundle
from script_shared.types import Arrays, BoolArray, FeatureArray, IntArray, LongArray, Mask
from script_shared.vector_index.index import IndexSchema, Labels, check_fingerprint
from script_shared.vocabulary import UNKNOWN

#: Rows of a block that is added for new ids.
_BLOCK = 8_192


class VectorTable:
    """A row for each id; rows are dense, so that a removed one is replaced by the last.

    The rows that were loaded are one block, which may be memory-mapped; new rows fill further blocks, so that
    adding an id does not copy the loaded ones.

    Args:
        schema: fields and labels.
        ids: the ids of the rows.
        vectors: the concatenations of the fields, shape (rows, width).
        labels: position of each row's value in `values`, shape (rows, labels).
        values: the distinct values of all labels.
    """

    def __init__(
        self,
        schema: IndexSchema,
        ids: LongArray,
        vectors: FeatureArray,
        labels: IntArray,
        values: Sequence[str],
    ) -> None:
        self.schema = schema
        self._loaded, self._used = len(ids), len(ids)
        self._ids: IntArray = ids
        self._labels, self._blocks = labels, [vectors]
        self._value_codes = {value: code for code, value in enumerate(values)}
        self._row_of: IntArray = np.full(int(ids.max(initial=-1)) + 1, UNKNOWN, np.int32)
        self._row_of[ids] = np.arange(len(ids), dtype=np.int32)

    @classmethod
    def empty(cls, schema: IndexSchema) -> VectorTable:
        """Return a table without rows."""
        labels = np.empty((0, len(schema.labels)), np.int32)
        return cls(schema, np.empty(0, np.int64), np.empty((0, schema.width), np.float32), labels, ())

    def __len__(self) -> int:
        return self._used

    @property
    def ids(self) -> LongArray:
        """The ids of the rows."""
        return self._ids[: self._used].view(np.int64)

    def find_rows(self, ids: IntArray) -> IntArray:
        """Return the row of each id, -1 where it is unknown."""
        rows = np.full(len(ids), UNKNOWN, np.int64)
        is_known = (ids >= 0) & (ids < len(self._row_of))
        rows[is_known] = self._row_of[ids[is_known]]
        return rows

    def upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        """Store rows of distinct ids."""
        self._row_of = _grow(self._row_of, int(ids.max()) + 1, UNKNOWN)
        is_new = self._row_of[ids] == UNKNOWN
        self._row_of[ids[is_new]] = self._used + np.arange(is_new.sum(), dtype=np.int32)
        self._reserve(self._used + int(is_new.sum()))
        self._used += int(is_new.sum())
        rows = self._row_of[ids]
        self._ids[rows] = ids
        self._write(rows, vectors)
        for column, name in enumerate(self.schema.labels):
            codes = [self._value_codes.setdefault(value, len(self._value_codes)) for value in labels[name]]
            self._labels[rows, column] = codes

    def remove(self, ids: IntArray) -> LongArray:
        """Remove ids; return those that were known."""
        known = np.unique(ids[self.find_rows(ids) != UNKNOWN]).astype(np.int64)
        for name in known.tolist():
            row, last = int(self._row_of[name]), self._used - 1
            self._write(np.array([row]), self.take(np.array([last])))
            self._ids[row], self._labels[row] = self._ids[last], self._labels[last]
            self._row_of[self._ids[row]] = row
            self._row_of[name] = UNKNOWN
            self._used = last
        return known

    def select(self, allowed: Mask, labels: Labels) -> BoolArray | None:
        """Return which rows have an allowed id and the labels; None if all of them."""
        if allowed is None and not labels:
            return None
        selected = np.ones(self._used, np.bool_)
        if allowed is not None:
            in_mask = self.ids < len(allowed)
            selected[in_mask] = allowed[self.ids[in_mask]]
            selected[~in_mask] = False
        for name, value in labels.items():
            column = self.schema.labels.index(name)
            selected &= self._labels[: self._used, column] == self._value_codes.get(value, UNKNOWN)
        return selected

    def take(self, rows: IntArray) -> FeatureArray:
        """Return a copy of some rows' vectors."""
        if len(self._blocks) == 1:
            return self._blocks[0][rows]
        vectors = np.empty((len(rows), self.schema.width), np.float32)
        for block, positions, within in self._locate(rows):
            vectors[positions] = block[within]
        return vectors

    def score(self, vector: FeatureArray) -> FeatureArray:
        """Return the dot product of each row and a vector."""
        scores = np.empty(self._used, np.float32)
        start = 0
        for block in self._blocks:
            end = min(start + len(block), self._used)
            np.dot(block[: end - start], vector, out=scores[start:end])
            start = end
        return scores

    def dump(self) -> Bundle:
        """Return ids, vectors and labels."""
        vectors = self._blocks[0][: self._used]
        if len(self._blocks) > 1:
            vectors = np.concatenate(self._blocks)[: self._used]
        arrays: Arrays = {"ids": self.ids, "vectors": vectors, "labels": self._labels[: self._used]}
        return Bundle(arrays, {"fingerprint": self.schema.fingerprint, "values": [*self._value_codes]})

    @classmethod
    def load(cls, schema: IndexSchema, bundle: Bundle, where: object = "") -> VectorTable:
        """Restore a table from the result of `dump`.

        Raises:
            VectorIndexError: the vectors are of another embedder.
        """
        check_fingerprint(bundle.document["fingerprint"], schema.fingerprint, where)
        arrays = bundle.arrays
        ids, labels = np.array(arrays["ids"], np.int64), np.array(arrays["labels"], np.int32)
        vectors = np.asarray(arrays["vectors"], np.float32)
        return cls(schema, ids, vectors, labels, bundle.document["values"])

    def _reserve(self, rows: int) -> None:
        while self._loaded + _BLOCK * (len(self._blocks) - 1) < rows:
            self._blocks.append(np.empty((_BLOCK, self.schema.width), np.float32))
        self._ids, self._labels = _grow(self._ids, rows, 0), _grow(self._labels, rows, 0)

    def _write(self, rows: IntArray, vectors: FeatureArray) -> None:
        for block, positions, within in self._locate(rows):
            block[within] = vectors[positions]

    def _locate(self, rows: IntArray) -> Iterator[tuple[FeatureArray, IntArray, IntArray]]:
        """Yield each block that contains rows, their positions in `rows`, and their rows in the block."""
        block_of = np.where(rows < self._loaded, 0, 1 + (rows - self._loaded) // _BLOCK)
        for block in np.unique(block_of).tolist():
            positions = np.flatnonzero(block_of == block)
            start = self._loaded + _BLOCK * (block - 1) if block else 0
            yield self._blocks[block], positions, rows[positions] - start


def _grow(array: IntArray, rows: int, fill: int) -> IntArray:
    """Return an array of at least `rows` rows; it doubles, so that adding rows one by one is cheap."""
    if rows <= len(array):
        return array
    added = max(rows, 2 * len(array)) - len(array)
    return np.concatenate([array, np.full((added, *array.shape[1:]), fill, array.dtype)])
