"""Collaborative filtering: implicit ALS on engagement-weighted, time-decayed reads.

Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008. Item
factors are learned in training; a reader's factors are solved for at the moment of the query, so
that a new read counts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled, jit_compiled_sums
from script_shared.models.base import Component, PoolCache, QueryCache, closest, dot, rows_of
from script_shared.models.reasons import SIMILAR_USERS
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, LongArray, Query

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_HISTORY = 50
_POOL = 500


class AlsParameters(BaseModel):
    """Factors of readers and items.

    Attributes:
        factors: length of a factor.
        regularization: added to the diagonal.
        alpha: confidence of one plain read just now.
        iterations: alternations.
        half_life: hours in which a read loses half its confidence.
        window: hours; older reads are left out.
        reads: readers with fewer in the window are left out: they tell little of what goes together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = 32
    regularization: float = 0.04
    alpha: float = 12.0
    iterations: int = 5
    half_life: float = 24.0
    window: float = 24.0
    interactions: int = 5


class Als(Component):
    """Dot product of the reader's and the item's factors."""

    name: ClassVar[str] = "als"
    reason: ClassVar[str] = SIMILAR_USERS

    def __init__(self, parameters: AlsParameters) -> None:
        self._parameters = parameters
        self._factors: FeatureArray = np.zeros((0, parameters.factors), np.float32)
        self._gram: FeatureArray = np.zeros((parameters.factors, parameters.factors), np.float32)
        self._readers: QueryCache[FeatureArray] = QueryCache()
        self._pool = PoolCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Factorise the reads of the window."""
        from scipy.sparse import coo_matrix  # training only

        p = self._parameters
        end = dataset.as_of_ms
        interactions = dataset.interactions.between(end - int(p.window * MS_PER_HOUR), end)
        interactions = interactions.take(
            np.bincount(interactions.user, minlength=1)[interactions.user] >= p.interactions
        )
        self._factors = np.zeros((len(dataset.items), p.factors), np.float32)
        users, user = np.unique(interactions.user, return_inverse=True)
        items, item = np.unique(interactions.item, return_inverse=True)
        if len(users) and len(items):
            confidence = _confidence(
                interactions.time, interactions.weight, end, p.half_life * MS_PER_HOUR, p.alpha
            )
            cells = coo_matrix((confidence, (user, item)))
            self._factors[items] = self._factorise(cells.tocsr())
        self._gram = self._prepared_gram()

    def _factorise(self, cells: csr_matrix) -> FeatureArray:
        """Return the item factors; BLAS keeps to one thread, for the solver brings its own."""
        from implicit.cpu.als import AlternatingLeastSquares
        from threadpoolctl import threadpool_limits

        p = self._parameters
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=p.factors,
                regularization=p.regularization,
                alpha=1.0,
                iterations=p.iterations,
                num_threads=2,
                random_state=0,
            )
            model.fit(cells, show_progress=False)
        return np.asarray(model.item_factors, np.float32)

    def _prepared_gram(self) -> FeatureArray:
        self._readers.forget()
        ridge = self._parameters.regularization * np.eye(self._parameters.factors, dtype=np.float32)
        return self._factors.T @ self._factors + ridge

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the best of the items most read lately."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_popular(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        rows = self._pool.get(self._factors, pool, lambda items: rows_of(self._factors, items))
        return closest(pool, rows, self._readers.get(query, state, self._reader), n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the dot products, one column; 0 for a reader without history."""
        if len(query.history):
            _products(self._factors, items, self._readers.get(query, state, self._reader), told)
        else:
            told[:] = 0.0

    def _reader(self, query: Query, state: State) -> FeatureArray:
        """Solve the normal equations of one reader (equation 4 of the paper)."""
        p, items = self._parameters, query.history[-_HISTORY:]
        read = query.times[-_HISTORY:], query.weights[-_HISTORY:]
        confidence = _confidence(*read, query.now_ms, p.half_life * MS_PER_HOUR, p.alpha)
        return _solved(self._gram, self._factors, items, confidence)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the column that `features` gives."""
        return ("als",)

    def dump(self) -> Bundle:
        """Return the item factors."""
        return Bundle({"factors": self._factors})

    def load(self, bundle: Bundle) -> None:
        """Take the item factors back."""
        self._factors = np.asarray(bundle.arrays["factors"], np.float32)
        self._gram = self._prepared_gram()


@jit_compiled
def _products(factors: FeatureArray, items: IntArray, reader: FeatureArray, told: FeatureArray) -> None:
    for at in range(len(items)):
        told[at, 0] = dot(factors[items[at]], reader) if items[at] < len(factors) else 0.0


@jit_compiled
def _confidence(
    times: LongArray, weights: FeatureArray, now_ms: int, half_life_ms: float, alpha: float
) -> FeatureArray:
    """Return what each read says, weaker with age."""
    confidence = np.empty(len(times), np.float32)
    for at in range(len(times)):
        age = min(max((now_ms - times[at]) / half_life_ms, 0.0), 60.0)
        confidence[at] = np.float32(alpha) * weights[at] * 2.0**-age
    return confidence


@jit_compiled
def _solved(
    gram: FeatureArray, factors: FeatureArray, items: IntArray, confidence: FeatureArray
) -> FeatureArray:
    """Solve (gram + Σ c·f·fᵀ) x = Σ (1 + c)·f in double precision, f being the items' factors."""
    size = len(gram)
    system, right = np.empty((size, size)), np.zeros(size)
    for i in range(size):
        for j in range(size):
            system[i, j] = gram[i, j]
    for at in range(len(items)):
        if items[at] >= len(factors):
            continue
        own, sure = factors[items[at]], np.float64(confidence[at])
        for i in range(size):
            right[i] += (1.0 + sure) * own[i]
            scaled = sure * own[i]
            for j in range(size):
                system[i, j] += scaled * own[j]
    _decompose(system)
    _substitute(system, right)
    told = np.empty(size, np.float32)
    for i in range(size):
        told[i] = right[i]
    return told


@jit_compiled_sums
def _decompose(system: FloatArray) -> None:
    """Put Cholesky's factor in the place of a system's lower triangle."""
    for i in range(len(system)):
        for j in range(i + 1):
            left = system[i, j]
            for k in range(j):
                left -= system[i, k] * system[j, k]
            system[i, j] = np.sqrt(left) if i == j else left / system[j, j]


@jit_compiled_sums
def _substitute(lower: FloatArray, right: FloatArray) -> None:
    """Put the solution in the place of the right side."""
    size = len(right)
    for i in range(size):
        left = right[i]
        for k in range(i):
            left -= lower[i, k] * right[k]
        right[i] = left / lower[i, i]
    for i in range(size - 1, -1, -1):
        right[i] /= lower[i, i]
        for k in range(i):
            right[k] -= lower[i, k] * right[i]
