"""Approximate search in a graph (HNSW), for more than a hundred thousand vectors.

Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
small world graphs", TPAMI 2020. One graph contains the concatenations of all fields: the query's fields are
multiplied by their weights, so that the graph is searched by the weighted sum itself. Graphs of single fields
would miss what is good in all fields and best in none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from script_shared.arrays import Bundle
from script_shared.errors import VectorIndexError
from script_shared.types import FeatureArray, IntArray, LongArray, Mask
from script_shared.vector_index.exact import combine, find_nearest_rows
from script_shared.vector_index.index import IndexSchema, Labels, SearchResult, VectorIndex, rank
from script_shared.vector_index.vector_table import VectorTable

#: A graph of the package usearch, which is loaded only where the index is used.
Graph = Any

#: Edges of a vector, and vectors visited to find them.
_CONNECTIVITY, _VISITED_BY_ADD = 32, 256
#: Vectors visited by a search; the best of them are compared exactly.
_VISITED_BY_SEARCH = 512
#: Visiting a vector in the graph takes as long as comparing so many that a filter leaves.
_COMPARED_PER_VISIT = 14
_GRAPH_FILE, _VECTORS = "graph.usearch", "vectors"


class UsearchIndex(VectorIndex):
    """Finds candidates in a graph of half-precision vectors, and ranks them by their exact scores.

    Args:
        schema: fields, labels and the embedder's fingerprint.
        table: the exact vectors; None for an empty index.
        graph: contains the ids of the table; None to build it.
    """

    def __init__(self, schema: IndexSchema, table: VectorTable | None = None, graph: Graph = None) -> None:
        super().__init__(schema)
        self._table = VectorTable.empty(schema) if table is None else table
        self._graph = _empty_graph(schema.width) if graph is None else graph
        if graph is None and len(self._table):
            self._graph.add(self._table.ids, self._table.take(np.arange(len(self._table))))

    def __len__(self) -> int:
        return len(self._table)

    def _upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        known = ids[self._table.find_rows(ids) >= 0]
        if len(known):
            self._graph.remove(known)
        self._table.upsert(ids, vectors, labels)
        self._graph.add(ids, vectors)

    def remove(self, ids: IntArray) -> None:
        """Remove ids; unknown ones are ignored."""
        known = self._table.remove(ids)
        if len(known):
            self._graph.remove(known)

    def _search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask,
        labels: Labels,
    ) -> SearchResult:
        vector = combine(self.schema, query, weights)
        rows = self._find_rows(vector, k, allowed, labels)
        if len(rows) < min(k, len(self)):
            rows = find_nearest_rows(self._table, vector, k, allowed, labels)
        return rank(self.schema, self._table.ids[rows], self._table.take(rows), query, weights, k)

    def _find_rows(self, vector: FeatureArray, k: int, allowed: Mask, labels: Labels) -> IntArray:
        """Return the rows found in the graph that the filters leave; none if comparing them all is faster."""
        selected = self._table.select(allowed, labels)
        left = len(self) if selected is None else int(selected.sum())
        if not left:
            return np.empty(0, np.int64)
        visited = min(len(self), max(_VISITED_BY_SEARCH, 2 * k) * len(self) // left)
        if left < len(self) and left < _COMPARED_PER_VISIT * visited:
            return np.empty(0, np.int64)
        self._graph.expansion_search = visited
        found = self._graph.search(vector, visited, threads=1).keys.astype(np.int64)
        rows = self._table.find_rows(found)
        return rows if selected is None else rows[selected[rows]]

    def save(self, folder: Path) -> None:
        """Write graph and vectors into a new folder.

        Raises:
            FileExistsError: the folder exists.
        """
        folder.mkdir(parents=True)
        self._table.dump().write(folder / _VECTORS)
        self._graph.save(str(folder / _GRAPH_FILE))

    @classmethod
    def open(cls, schema: IndexSchema, folder: Path) -> UsearchIndex:
        """Read an index that was saved; vectors are memory-mapped, the graph is in memory.

        Raises:
            VectorIndexError: the vectors are of another embedder, or the graph lacks some of them.
        """
        table = VectorTable.load(schema, Bundle.read(folder / _VECTORS), folder)
        graph = _empty_graph(schema.width)
        graph.load(str(folder / _GRAPH_FILE))
        if len(graph) != len(table):
            what = f"the graph has {len(graph)} vectors, the table {len(table)}"
            raise VectorIndexError(what, where=str(folder), remedy="build the index again")
        return cls(schema, table, graph)


def _empty_graph(width: int) -> Graph:
    from usearch.index import Index

    return Index(
        ndim=width,
        metric="ip",
        dtype="f16",
        connectivity=_CONNECTIVITY,
        expansion_add=_VISITED_BY_ADD,
        expansion_search=_VISITED_BY_SEARCH,
    )
