"""Collaborative filtering: implicit ALS on engagement-weighted, time-decayed reads.

Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008. Item
factors are learned in training; a reader's factors are solved for at the moment of the query, so
that a new read counts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.compiled import compiled
from script_shared.dataset import Dataset
from script_shared.models.base import Component, Gathered, Remembered, best, dots, rows_of
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
    reads: int = 5


class Als(Component):
    """Dot product of the reader's and the item's factors."""

    name: ClassVar[str] = "als"

    def __init__(self, parameters: AlsParameters) -> None:
        self._parameters = parameters
        self._factors: FeatureArray = np.zeros((0, parameters.factors), np.float32)
        self._gram: FeatureArray = np.zeros((parameters.factors, parameters.factors), np.float32)
        self._readers: Remembered[FeatureArray] = Remembered()
        self._pool = Gathered()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Factorise the reads of the window."""
        from scipy.sparse import coo_matrix  # training only

        p = self._parameters
        end = dataset.as_of_ms
        reads = dataset.interactions.between(end - int(p.window * MS_PER_HOUR), end)
        reads = reads.take(np.bincount(reads.user, minlength=1)[reads.user] >= p.reads)
        self._factors = np.zeros((len(dataset.items), p.factors), np.float32)
        users, user = np.unique(reads.user, return_inverse=True)
        items, item = np.unique(reads.item, return_inverse=True)
        if len(users) and len(items):
            cells = coo_matrix((self._confidence(reads.time, reads.weight, end), (user, item)))
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

    def _confidence(self, times: LongArray, weights: FeatureArray, now_ms: int) -> FeatureArray:
        age = (now_ms - times) / (self._parameters.half_life * MS_PER_HOUR)
        return (self._parameters.alpha * weights * np.exp2(-np.clip(age, 0.0, 60.0))).astype(np.float32)

    def _prepared_gram(self) -> FeatureArray:
        self._readers.forget()
        ridge = self._parameters.regularization * np.eye(self._parameters.factors, dtype=np.float32)
        return self._factors.T @ self._factors + ridge

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the best of the items most read lately."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_read(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        rows = self._pool.get(self._factors, pool, lambda items: rows_of(self._factors, items))
        return best(pool, rows @ self._readers.get(query, state, self._reader), n)

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the dot products, one column; 0 for a reader without history."""
        if len(query.history):
            dots(self._factors, items, self._readers.get(query, state, self._reader), told[:, 0])
        else:
            told[:] = 0.0

    def _reader(self, query: Query, state: State) -> FeatureArray:
        """Solve the normal equations of one reader (equation 4 of the paper)."""
        confidence = self._confidence(query.times[-_HISTORY:], query.weights[-_HISTORY:], query.now_ms)
        return _solved(self._gram, rows_of(self._factors, query.history[-_HISTORY:]), confidence)

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


@compiled
def _solved(gram: FeatureArray, factors: FeatureArray, confidence: FeatureArray) -> FeatureArray:
    """Solve (gram + Σ c·f·fᵀ) x = Σ (1 + c)·f in double precision."""
    size = len(gram)
    system, right = gram.astype(np.float64), np.zeros(size)
    for row in range(len(factors)):
        for i in range(size):
            right[i] += (1.0 + confidence[row]) * factors[row, i]
            scaled = np.float64(confidence[row]) * factors[row, i]
            for j in range(i + 1):
                system[i, j] += scaled * factors[row, j]
    _decompose(system)
    _substitute(system, right)
    return right.astype(np.float32)


@compiled
def _decompose(system: FloatArray) -> None:
    """Put Cholesky's factor in the place of a system's lower triangle."""
    for i in range(len(system)):
        for j in range(i + 1):
            left = system[i, j]
            for k in range(j):
                left -= system[i, k] * system[j, k]
            system[i, j] = np.sqrt(left) if i == j else left / system[j, j]


@compiled
def _substitute(lower: FloatArray, right: FloatArray) -> None:
    """Put the solution in the place of the right side."""
    size = len(right)
    for i in range(size):
        for k in range(i):
            right[i] -= lower[i, k] * right[k]
        right[i] /= lower[i, i]
    for i in range(size - 1, -1, -1):
        for k in range(i + 1, size):
            right[i] -= lower[k, i] * right[k]
        right[i] /= lower[i, i]
