"""How close an item is to what the reader read, by what their texts are about (`text_space`)."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled
from script_shared.models.base import Component, PoolCache, QueryCache, best, closest, dot, rows_of, with_room
from script_shared.models.reasons import FOLLOWS_ITEM
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

_POOL = 500
#: So many of a reader's last reads make their taste.
_READS = 50


class ContentParameters(BaseModel):
    """Which items count, and how a reader's taste is averaged.

    Attributes:
        window: hours; items neither read nor published since are not looked at.
        half_life: hours in which a read loses half its say in the reader's taste.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    window: float = 168.0
    half_life: float = 48.0


class Content(Component):
    """Cosine of an item's vector and the decayed mean of what the reader read."""

    name: ClassVar[str] = "content"
    reason: ClassVar[str] = FOLLOWS_ITEM
    cold_start: ClassVar[bool] = True
    uses_texts: ClassVar[bool] = True

    def __init__(self, parameters: ContentParameters) -> None:
        self._parameters = parameters
        self._vectors: FeatureArray = np.zeros((1, 1), np.float32)
        self._row: IntArray = np.zeros(0, np.int32)
        self._fitted = self._used = 1
        self._tastes: QueryCache[FeatureArray] = QueryCache()
        self._pool = PoolCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Pick the vectors of the window's items; row 0 stands for all others."""
        items = dataset.recent_items(int(self._parameters.window * MS_PER_HOUR))
        vectors = dataset.catalogue.vectors
        used, row = np.unique(vectors.row[items], return_inverse=True)
        nowhere = np.zeros((1, vectors.rows.shape[1]), np.float32)
        self._vectors = np.concatenate([nowhere, vectors.rows[used]])
        self._fitted = self._used = len(self._vectors)
        self._tastes.forget()
        self._pool.forget()
        self._row = np.zeros(len(dataset.items), np.int32)
        self._row[items] = row + 1

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Put each vector in the item's own row; what was fitted has rows that items share."""
        self._row = with_room(self._row, int(items.max(initial=-1)) + 1)
        rows = self._row[items]
        shared = rows < self._fitted
        rows[shared] = self._used + np.arange(shared.sum())
        self._used += int(shared.sum())
        self._vectors = with_room(self._vectors, self._used)
        self._vectors[rows], self._row[items] = vectors, rows
        self._tastes.forget()
        self._pool.forget()

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the closest of the items most read lately."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_popular(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        rows = self._pool.get(self._vectors, pool, lambda items: self._vectors[rows_of(self._row, items)])
        return closest(pool, rows, self._tastes.get(query, state, self._taste), n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the cosines, one column; 0 for a reader without history."""
        if len(query.history):
            _cosines(self._vectors, self._row, items, self._tastes.get(query, state, self._taste), told)
        else:
            told[:] = 0.0

    def similar_items(self, item: int, allowed: BoolArray | None, n: int) -> IntArray:
        """Return at most `n` items by the cosine of their vector and the item's, if that is above 0."""
        if item >= len(self._row) or not self._row[item]:
            return NO_ITEMS
        cosines = (self._vectors @ self._vectors[self._row[item]])[self._row]
        items = np.flatnonzero(cosines > 0).astype(np.int32)
        if allowed is not None:
            items = items[allowed[items]]
        return best(items, cosines[items], n)

    def sources(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the read whose text is closest to each item's, recent reads first."""
        read = query.history[-_READS:]
        if not len(read):
            return super().sources(query, state, items)
        ages = np.maximum(query.now_ms - query.times[-_READS:], 0) / (
            self._parameters.half_life * MS_PER_HOUR
        )
        others, own = (self._vectors[rows_of(self._row, each)] for each in (read, items))
        likeness = own @ others.T * np.exp2(-ages)
        return np.where(likeness.max(axis=1) > 0, read[likeness.argmax(axis=1)], UNKNOWN)

    def _taste(self, query: Query, state: State) -> FeatureArray:
        last = query.history[-_READS:], query.times[-_READS:]
        return _mean(self._vectors, self._row, *last, query.now_ms, self._parameters.half_life * MS_PER_HOUR)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("content",)

    def dump(self) -> Bundle:
        """Return the vectors, and which row describes which item."""
        return Bundle({"vectors": self._vectors[: self._used], "row": self._row})

    def load(self, bundle: Bundle) -> None:
        """Take the vectors back."""
        self._tastes.forget()
        self._pool.forget()
        self._vectors = np.asarray(bundle.arrays["vectors"], np.float32)
        self._fitted = self._used = len(self._vectors)
        self._row = np.asarray(bundle.arrays["row"], np.int32)


@jit_compiled
def _cosines(
    vectors: FeatureArray, row: IntArray, items: IntArray, taste: FeatureArray, told: FeatureArray
) -> None:
    for at in range(len(items)):
        told[at, 0] = dot(vectors[row[items[at]]], taste) if items[at] < len(row) else 0.0


@jit_compiled
def _mean(
    vectors: FeatureArray, row: IntArray, items: IntArray, times: LongArray, now_ms: int, half_life_ms: float
) -> FeatureArray:
    """Return the direction of the decayed sum of the items' vectors."""
    total = np.zeros(vectors.shape[1])
    for at in range(len(items)):
        own = row[items[at]] if items[at] < len(row) else 0
        weight = 2.0 ** -min(max((now_ms - times[at]) / half_life_ms, 0.0), 60.0)
        for column in range(len(total)):
            total[column] += weight * vectors[own, column]
    return (total / max(np.sqrt((total**2).sum()), 1e-9)).astype(np.float32)
