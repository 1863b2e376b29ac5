"""The text vectors of users who are items, by position; several components share one object."""

from __future__ import annotations

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset, Vectors
from script_shared.models.components.texts.projection import ProjectionParameters, fit_projection, project
from script_shared.models.components.texts.user_pool import PoolParameters, UserPool
from script_shared.models.kernels import compare_rows, gather_rows, grow_table
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN


class OwnTexts:
    """Text vectors by position; users of a kind share the category of their items.

    Args:
        projection: how the projection is fitted in which similar users are searched.
        pools: how they are searched.
    """

    def __init__(self, projection: ProjectionParameters, pools: PoolParameters) -> None:
        self._projection, self._pool_parameters = projection, pools
        self._matrix: FeatureArray | None = None
        self._fitted_ms = -1
        self._source: Vectors | None = None
        self._vectors: FeatureArray = np.zeros((1, 1), np.float32)
        self._row: IntArray = np.zeros(0, np.int32)
        self._fitted = self._used = 1
        self._pools: dict[int, UserPool] = {}
        #: Items whose vectors the pools lack.
        self._changed: set[int] = set()

    def fit(self, dataset: Dataset) -> None:
        """Store the vectors of all items; those without a text share the zero vector in row 0."""
        vectors = dataset.catalogue.vectors
        if self._source is not vectors:
            self._source, self._vectors, self._row = vectors, vectors.rows, vectors.row.copy()
            self._fitted = self._used = len(self._vectors)
        if self._fitted_ms != dataset.as_of_ms:
            self._matrix = fit_projection(self._vectors, self._row, dataset, self._projection)
            self._fitted_ms = dataset.as_of_ms
        self._clear_pools()

    def _clear_pools(self) -> None:
        self._pools.clear()
        self._changed.clear()

    def add(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the vectors of new and changed items, each in a row of its own."""
        self._row = grow_table(self._row, int(items.max(initial=-1)) + 1)
        rows = self._row[items]
        is_shared = rows < self._fitted
        rows[is_shared] = self._used + np.arange(is_shared.sum())
        self._used += int(is_shared.sum())
        self._vectors = grow_table(self._vectors, self._used)
        self._vectors[rows], self._row[items] = vectors, rows
        self._changed.update(items.tolist())

    def has_text(self, item: int) -> bool:
        """Return whether an item has a text."""
        return item < len(self._row) and self._row[item] > 0

    def have_text(self, items: IntArray) -> BoolArray:
        """Return whether each item has a text, shape (items,)."""
        return gather_rows(self._row, items) > 0

    def cosines(self, item: int, others: IntArray) -> FeatureArray:
        """Return the similarity of an item's text to the texts of others, shape (others,)."""
        rows = gather_rows(self._row, others).astype(np.int64)
        return compare_rows(self._vectors, rows, self._vectors[self._row[item]])

    def nearest(self, query: Query, state: State, n: int) -> tuple[IntArray, FeatureArray]:
        """Return the users of the query's kind whose texts are most similar, and the cosines."""
        return self._search(query, int(state.items.category[query.user]), state, n)

    def nearest_of_other_kinds(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items of the other kinds whose texts are most similar."""
        own = int(state.items.category[query.user])
        self._refresh_pools(state)
        return np.concatenate(
            [NO_ITEMS, *(self._search(query, kind, state, n)[0] for kind in self._pools if kind != own)]
        )

    def _search(self, query: Query, kind: int, state: State, n: int) -> tuple[IntArray, FeatureArray]:
        self._refresh_pools(state)
        if kind not in self._pools:
            return NO_ITEMS, np.empty(0, np.float32)
        [vector] = self._project(np.array([query.user]))
        users, cosines = self._pools[kind].search(vector, query.now_ms, n + 1)
        kept = np.flatnonzero(users != query.user)[:n]
        return users[kept], cosines[kept]

    def _project(self, items: IntArray) -> FeatureArray:
        return project(self._vectors[self._row[items]], self._matrix)

    def _refresh_pools(self, state: State) -> None:
        """Build the pools of all kinds, or store what has changed since in them."""
        if not self._pools:
            users = np.flatnonzero(self._row > 0).astype(np.int32)
            kinds = state.items.category[users]
            for kind in np.unique(kinds).tolist():
                self._pools[kind] = self._build_pool(users[kinds == kind], state)
        elif self._changed:
            changed = np.array(sorted(self._changed), np.int32)
            kinds = state.items.category[changed]
            for kind, pool in self._pools.items():
                pool.remove(changed[kinds != kind])
                users = changed[kinds == kind]
                pool.store(users, state.items.published_ms[users], self._project(users))
            for kind in set(kinds.tolist()) - self._pools.keys():
                self._pools[kind] = self._build_pool(changed[kinds == kind], state)
        self._changed.clear()

    def _build_pool(self, users: IntArray, state: State) -> UserPool:
        """Return the pool of the newest users, newest first; undated ones only where no user has a date."""
        published_ms, parameters = state.items.published_ms[users], self._pool_parameters
        dated = np.flatnonzero(published_ms != UNKNOWN)
        if len(dated):
            users, published_ms = users[dated], published_ms[dated]
        order = np.argsort(-published_ms, kind="stable")[: parameters.users]
        return UserPool(users[order], published_ms[order], self._project(users[order]), parameters)

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
        self._clear_pools()
