"""Content-based filtering: text similarity of an item to the user's history; see `text_space`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.caches import PoolCache, QueryCache
from script_shared.models.kernels import dot_product, gather_rows, grow_table, nearest_items, top_items
from script_shared.models.reasons import FOLLOWS_ITEM
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, IntArray, LongArray, Mask, Query
from script_shared.vocabulary import UNKNOWN

#: Most popular items among which `retrieve` searches.
_POOL = 500
#: Newest interactions that make up the user's profile.
_HISTORY = 50


class ContentParameters(BaseModel):
    """Which items have vectors, and how a user's profile is averaged.

    Attributes:
        window: hours; items without an interaction in the window and published before it have no vector.
        half_life: hours in which the weight of an interaction in the profile halves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: float = 168.0
    half_life: float = 48.0


class Content(Component):
    """Cosine of an item's text vector and the user's profile, the decayed mean vector of the history."""

    name: ClassVar[str] = "content"
    reason: ClassVar[str] = FOLLOWS_ITEM
    cold_start: ClassVar[bool] = True
    uses_texts: ClassVar[bool] = True
    feature_names = ("content",)

    def __init__(self, parameters: ContentParameters) -> None:
        self._parameters = parameters
        self._vectors: FeatureArray = np.zeros((1, 1), np.float32)
        self._row: IntArray = np.zeros(0, np.int32)
        self._fitted = self._used = 1
        self._profiles: QueryCache[FeatureArray] = QueryCache()
        self._pool = PoolCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Store the vectors of the window's items; all other items share the zero vector in row 0."""
        items = dataset.recent_items(int(self._parameters.window * MS_PER_HOUR))
        vectors = dataset.catalogue.vectors
        used, row = np.unique(vectors.row[items], return_inverse=True)
        zero = np.zeros((1, vectors.rows.shape[1]), np.float32)
        self._vectors = np.concatenate([zero, vectors.rows[used]])
        self._fitted = self._used = len(self._vectors)
        self._clear_caches()
        self._row = np.zeros(len(dataset.items), np.int32)
        self._row[items] = row + 1

    def _clear_caches(self) -> None:
        self._profiles.clear()
        self._pool.clear()

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store each vector in a row of the item alone, since items may share the rows of `fit`."""
        self._row = grow_table(self._row, int(items.max(initial=-1)) + 1)
        rows = self._row[items]
        is_shared = rows < self._fitted
        rows[is_shared] = self._used + np.arange(is_shared.sum())
        self._used += int(is_shared.sum())
        self._vectors = grow_table(self._vectors, self._used)
        self._vectors[rows], self._row[items] = vectors, rows
        self._clear_caches()

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the most similar of the most popular items."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_popular(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        rows = self._pool.get(self._vectors, pool, lambda items: self._vectors[gather_rows(self._row, items)])
        return nearest_items(pool, rows, self._profiles.get(query, state, self._build_profile), n)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the cosines, one column; 0 without history."""
        if len(query.history):
            profile = self._profiles.get(query, state, self._build_profile)
            _write_cosines(self._vectors, self._row, items, profile, out)
        else:
            out[:] = 0.0

    def similar_items(self, item: int, allowed: Mask, n: int) -> IntArray:
        """Return at most `n` items by the cosine of their vectors to the item's, if that is above 0."""
        if item >= len(self._row) or not self._row[item]:
            return NO_ITEMS
        cosines = (self._vectors @ self._vectors[self._row[item]])[self._row]
        items = np.flatnonzero(cosines > 0).astype(np.int32)
        if allowed is not None:
            items = items[allowed[items]]
        return top_items(items, cosines[items], n)

    def source_items(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the history item with the highest decayed cosine to each item."""
        history = query.history[-_HISTORY:]
        if not len(history):
            return super().source_items(query, state, items)
        half_life_ms = self._parameters.half_life * MS_PER_HOUR
        ages = np.maximum(query.now_ms - query.times[-_HISTORY:], 0) / half_life_ms
        left, right = (self._vectors[gather_rows(self._row, some)] for some in (items, history))
        similarity = left @ right.T * np.exp2(-ages)
        return np.where(similarity.max(axis=1) > 0, history[similarity.argmax(axis=1)], UNKNOWN)

    def _build_profile(self, query: Query, state: State) -> FeatureArray:
        items, times = query.history[-_HISTORY:], query.times[-_HISTORY:]
        half_life_ms = self._parameters.half_life * MS_PER_HOUR
        return _decayed_mean(self._vectors, self._row, items, times, query.now_ms, half_life_ms)

    def dump(self) -> Bundle:
        """Return the vectors and the row of each item."""
        return Bundle({"vectors": self._vectors[: self._used], "row": self._row})

    def load(self, bundle: Bundle) -> None:
        """Restore the vectors."""
        self._clear_caches()
        self._vectors = np.asarray(bundle.arrays["vectors"], np.float32)
        self._fitted = self._used = len(self._vectors)
        self._row = np.asarray(bundle.arrays["row"], np.int32)


@jit_compiled
def _write_cosines(
    vectors: FeatureArray, rows: IntArray, items: IntArray, profile: FeatureArray, out: FeatureArray
) -> None:
    for row in range(len(items)):
        known = items[row] < len(rows)
        out[row, 0] = dot_product(vectors[rows[items[row]]], profile) if known else 0.0


@jit_compiled
def _decayed_mean(
    vectors: FeatureArray, rows: IntArray, items: IntArray, times: LongArray, now_ms: int, half_life_ms: float
) -> FeatureArray:
    """Return the decayed sum of the items' vectors, normalised to length 1."""
    total = np.zeros(vectors.shape[1])
    for index in range(len(items)):
        row = rows[items[index]] if items[index] < len(rows) else 0
        weight = 2.0 ** -min(max((now_ms - times[index]) / half_life_ms, 0.0), 60.0)
        for column in range(len(total)):
            total[column] += weight * vectors[row, column]
    return (total / max(np.sqrt((total**2).sum()), 1e-9)).astype(np.float32)
