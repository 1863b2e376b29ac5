"""Exact search: every vector is compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from script_shared.arrays import Bundle
from script_shared.types import FeatureArray, IntArray, LongArray, Mask
from script_shared.vector_index.index import (
    FieldVectors,
    IndexSchema,
    Labels,
    SearchResult,
    VectorIndex,
    rank,
)
from script_shared.vector_index.vector_table import VectorTable
from script_shared.vocabulary import UNKNOWN

#: If filters leave a smaller share of the rows, these are copied; else all rows are compared in place.
_COPIED_SHARE = 0.25
#: Rows that are copied at once.
_CHUNK = 8_192


class ExactIndex(VectorIndex):
    """Compares the query with all vectors: one pass over n rows of the fields' total length.

    Args:
        schema: fields, labels and the embedder's fingerprint.
        table: the vectors; None for an empty index.
    """

    def __init__(self, schema: IndexSchema, table: VectorTable | None = None) -> None:
        super().__init__(schema)
        self._table = VectorTable.empty(schema) if table is None else table

    def __len__(self) -> int:
        return len(self._table)

    def _upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        self._table.upsert(ids, vectors, labels)

    def remove(self, ids: IntArray) -> None:
        """Remove ids; unknown ones are ignored."""
        self._table.remove(ids)

    def _search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask,
        labels: Labels,
    ) -> SearchResult:
        rows = find_nearest_rows(self._table, combine(self.schema, query, weights), k, allowed, labels)
        return rank(self.schema, self._table.ids[rows], self._table.take(rows), query, weights, k)

    def get(self, ids: IntArray) -> FieldVectors | None:
        """Return the vectors of each field of some ids, shape (n, length); None if one is unknown."""
        rows = self._table.find_rows(ids)
        if (rows == UNKNOWN).any():
            return None
        vectors = self._table.take(rows)
        return {name: vectors[:, columns] for name, columns in self.schema.slices.items()}

    def dump(self) -> Bundle:
        """Return ids, vectors and labels."""
        return self._table.dump()

    @classmethod
    def load(cls, schema: IndexSchema, bundle: Bundle) -> ExactIndex:
        """Restore an index from the result of `dump`.

        Raises:
            VectorIndexError: the vectors are of another embedder.
        """
        return cls(schema, VectorTable.load(schema, bundle))


def combine(
    schema: IndexSchema, query: Mapping[str, FeatureArray], weights: Mapping[str, float]
) -> FeatureArray:
    """Return the vector whose dot product with a concatenation of all fields is the weighted sum."""
    vector = np.zeros(schema.width, np.float32)
    for name, columns in schema.slices.items():
        if name in query:
            vector[columns] = np.float32(weights[name]) * query[name]
    return vector


def find_nearest_rows(
    table: VectorTable, vector: FeatureArray, k: int, allowed: Mask, labels: Labels
) -> IntArray:
    """Return the `k` rows with the highest dot products, in any order; of equal ones those of lower ids."""
    selected = table.select(allowed, labels)
    if selected is None:
        return _top_rows(table.score(vector), table.ids, k)
    rows = np.flatnonzero(selected)
    if len(rows) < _COPIED_SHARE * len(table):
        scores = score_rows(table, rows, vector)
    else:
        scores = table.score(vector)[rows]
    return rows[_top_rows(scores, table.ids[rows], k)]


def score_rows(table: VectorTable, rows: IntArray, vector: FeatureArray) -> FeatureArray:
    """Return the dot products of some rows and a vector."""
    scores = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _CHUNK):
        scores[start : start + _CHUNK] = table.take(rows[start : start + _CHUNK]) @ vector
    return scores


def _top_rows(scores: FeatureArray, ids: LongArray, k: int) -> IntArray:
    if len(scores) <= k:
        return np.arange(len(scores))
    lowest = np.partition(scores, len(scores) - k)[len(scores) - k]
    rows = np.flatnonzero(scores >= lowest)
    return rows[np.lexsort((ids[rows], -scores[rows]))[:k]]
