"""The text vectors of users who are items, by position; several components share one object."""

from __future__ import annotations

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.models.components.projection import ProjectionParameters, fit_projection, project
from script_shared.models.kernels import gather_rows, grow_table, top_rows
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, Query


class OwnTexts:
    """Text vectors by position; users of a kind share the category of their items.

    Args:
        parameters: how the projection is fitted in which similar users are searched.
        pool: maximum number of the newest users of a kind among which neighbours are searched.
    """

    def __init__(self, parameters: ProjectionParameters, pool: int = 30_000) -> None:
        self._parameters, self._pool_size = parameters, pool
        self._matrix: FeatureArray | None = None
        self._fitted_ms = -1
        self._vectors: FeatureArray = np.zeros((1, 1), np.float32)
        self._row: IntArray = np.zeros(0, np.int32)
        self._projected = self._vectors
        self._fitted = self._used = 1
        self._pools: dict[int, tuple[IntArray, FeatureArray]] = {}

    def fit(self, dataset: Dataset) -> None:
        """Store the vectors of all items; those without a text share the zero vector in row 0."""
        vectors = dataset.catalogue.vectors
        if self._row is not vectors.row:
            self._vectors, self._row = vectors.rows, vectors.row
            self._fitted = self._used = len(self._vectors)
        if self._fitted_ms != dataset.as_of_ms:
            self._matrix = fit_projection(self._vectors, self._row, dataset, self._parameters)
            self._fitted_ms = dataset.as_of_ms
        self._projected = project(self._vectors, self._matrix)
        self._pools.clear()

    def add(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the vectors of new and changed items, each in a row of its own."""
        self._row = grow_table(self._row, int(items.max(initial=-1)) + 1)
        rows = self._row[items]
        is_shared = rows < self._fitted
        rows[is_shared] = self._used + np.arange(is_shared.sum())
        self._used += int(is_shared.sum())
        self._vectors = grow_table(self._vectors, self._used)
        self._vectors[rows], self._row[items] = vectors, rows
        self._projected = grow_table(self._projected, len(self._vectors))
        self._projected[rows] = project(vectors, self._matrix)
        self._pools.clear()

    def has_text(self, item: int) -> bool:
        """Return whether an item has a text."""
        return item < len(self._row) and self._row[item] > 0

    def have_text(self, items: IntArray) -> BoolArray:
        """Return whether each item has a text, shape (items,)."""
        return gather_rows(self._row, items) > 0

    def cosines(self, item: int, others: IntArray) -> FeatureArray:
        """Return the similarity of an item's text to the texts of others, shape (others,)."""
        vectors = self._vectors[gather_rows(self._row, others)]
        return vectors @ self._vectors[self._row[item]]

    def nearest(self, query: Query, state: State, n: int) -> tuple[IntArray, FeatureArray]:
        """Return the users of the query's kind whose texts are most similar, and the cosines."""
        return self._search(query, int(state.items.category[query.user]), state, n)

    def nearest_of_other_kinds(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items of the other kinds whose texts are most similar."""
        own = int(state.items.category[query.user])
        kinds = np.unique(state.items.category[: len(self._row)]).tolist()
        return np.concatenate(
            [NO_ITEMS, *(self._search(query, kind, state, n)[0] for kind in kinds if kind != own)]
        )

    def _search(self, query: Query, kind: int, state: State, n: int) -> tuple[IntArray, FeatureArray]:
        users, vectors = self._pool(kind, state)
        cosines = vectors @ self._projected[self._row[query.user]]
        cosines[state.items.published_ms[users] > query.now_ms] = 0
        best = top_rows(cosines, n + 1)
        best = best[(cosines[best] > 0) & (users[best] != query.user)][:n]
        return users[best], cosines[best]

    def _pool(self, kind: int, state: State) -> tuple[IntArray, FeatureArray]:
        """Return the newest users of a kind that have a text, and their vectors."""
        if kind not in self._pools:
            row = self._row
            users = np.flatnonzero((state.items.category[: len(row)] == kind) & (row > 0)).astype(np.int32)
            published = state.items.published_ms[users]
            newest = users[np.argsort(-published, kind="stable")[: self._pool_size]]
            self._pools[kind] = newest, np.ascontiguousarray(self._projected[row[newest]])
        return self._pools[kind]

    def dump(self) -> Bundle:
        """Return the vectors and the row of each item."""
        matrix = np.empty((0, 0), np.float32) if self._matrix is None else self._matrix
        return Bundle({"vectors": self._vectors[: self._used], "row": self._row, "matrix": matrix})

    def load(self, bundle: Bundle) -> None:
        """Restore the vectors."""
        self._vectors = np.asarray(bundle.arrays["vectors"], np.float32)
        self._row = np.asarray(bundle.arrays["row"], np.int32)
        self._fitted = self._used = len(self._vectors)
        matrix = np.asarray(bundle.arrays["matrix"], np.float32)
        self._matrix = matrix if matrix.size else None
        self._projected = project(self._vectors, self._matrix)
        self._pools.clear()
