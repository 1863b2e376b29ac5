"""Collaborative filtering by implicit ALS on time-decayed, engagement-weighted interactions.

Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008. Item factors are
learned in training. A user's factors are computed for each query, so that new interactions count at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled, jit_compiled_sums
from script_shared.models.base import Component
from script_shared.models.caches import PoolCache, QueryCache
from script_shared.models.kernels import dot_product, gather_rows, nearest_items
from script_shared.models.reasons import SIMILAR_USERS
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, LongArray, Query

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: Newest interactions that a user's factors are computed from.
_HISTORY = 50
#: Most popular items among which `retrieve` searches.
_POOL = 500


class AlsParameters(BaseModel):
    """Hyperparameters of the factorisation.

    Attributes:
        factors: number of latent factors.
        regularization: added to the diagonal of the normal equations.
        alpha: confidence of one plain interaction at the current moment.
        iterations: number of alternations.
        half_life: hours in which the confidence of an interaction halves.
        window: hours; older interactions are not used.
        min_interactions: users with fewer interactions in the window are not used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    factors: int = 32
    regularization: float = 0.04
    alpha: float = 12.0
    iterations: int = 5
    half_life: float = 24.0
    window: float = 24.0
    min_interactions: int = 5


class Als(Component):
    """Dot product of the user's and the item's latent factors."""

    name: ClassVar[str] = "als"
    reason: ClassVar[str] = SIMILAR_USERS
    feature_names = ("als",)

    def __init__(self, parameters: AlsParameters) -> None:
        self._parameters = parameters
        self._factors: FeatureArray = np.zeros((0, parameters.factors), np.float32)
        self._gram: FeatureArray = np.zeros((parameters.factors, parameters.factors), np.float32)
        self._user_factors: QueryCache[FeatureArray] = QueryCache()
        self._pool = PoolCache()

    def fit(self, dataset: Dataset, state: State) -> None:
        """Factorise the interactions of the window."""
        from scipy.sparse import coo_matrix  # training only

        p = self._parameters
        end = dataset.as_of_ms
        interactions = dataset.interactions.between(end - int(p.window * MS_PER_HOUR), end)
        counts = np.bincount(interactions.user, minlength=1)
        interactions = interactions.take(counts[interactions.user] >= p.min_interactions)
        self._factors = np.zeros((len(dataset.items), p.factors), np.float32)
        users, user = np.unique(interactions.user, return_inverse=True)
        items, item = np.unique(interactions.item, return_inverse=True)
        if len(users) and len(items):
            half_life_ms = p.half_life * MS_PER_HOUR
            confidence = _confidence(interactions.time, interactions.weight, end, half_life_ms, p.alpha)
            matrix = coo_matrix((confidence, (user, item)))
            self._factors[items] = self._factorise(matrix.tocsr())
        self._gram = self._regularised_gram()

    def _factorise(self, matrix: csr_matrix) -> FeatureArray:
        """Return the item factors; BLAS is limited to one thread, because the solver starts its own."""
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
            model.fit(matrix, show_progress=False)
        return np.asarray(model.item_factors, np.float32)

    def _regularised_gram(self) -> FeatureArray:
        self._user_factors.clear()
        ridge = self._parameters.regularization * np.eye(self._parameters.factors, dtype=np.float32)
        return self._factors.T @ self._factors + ridge

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the best of the most popular items."""
        if not len(query.history):
            return NO_ITEMS
        pool = state.most_popular(len(state.parameters.half_lives) - 1, _POOL, query.now_ms)
        rows = self._pool.get(self._factors, pool, lambda items: gather_rows(self._factors, items))
        return nearest_items(pool, rows, self._user_factors.get(query, state, self._solve_user), n)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the dot products, one column; 0 without history."""
        if len(query.history):
            user = self._user_factors.get(query, state, self._solve_user)
            _write_products(self._factors, items, user, out)
        else:
            out[:] = 0.0

    def _solve_user(self, query: Query, state: State) -> FeatureArray:
        """Return the user's factors (equation 4 of the paper)."""
        p, items = self._parameters, query.history[-_HISTORY:]
        times, weights = query.times[-_HISTORY:], query.weights[-_HISTORY:]
        confidence = _confidence(times, weights, query.now_ms, p.half_life * MS_PER_HOUR, p.alpha)
        return _solve(self._gram, self._factors, items, confidence)

    def dump(self) -> Bundle:
        """Return the item factors."""
        return Bundle({"factors": self._factors})

    def load(self, bundle: Bundle) -> None:
        """Restore the item factors."""
        self._factors = np.asarray(bundle.arrays["factors"], np.float32)
        self._gram = self._regularised_gram()


@jit_compiled
def _write_products(factors: FeatureArray, items: IntArray, user: FeatureArray, out: FeatureArray) -> None:
    for row in range(len(items)):
        out[row, 0] = dot_product(factors[items[row]], user) if items[row] < len(factors) else 0.0


@jit_compiled
def _confidence(
    times: LongArray, weights: FeatureArray, now_ms: int, half_life_ms: float, alpha: float
) -> FeatureArray:
    """Return alpha · weight · 2^(-age / half-life) of each interaction."""
    confidence = np.empty(len(times), np.float32)
    for row in range(len(times)):
        age = min(max((now_ms - times[row]) / half_life_ms, 0.0), 60.0)
        confidence[row] = np.float32(alpha) * weights[row] * 2.0**-age
    return confidence


@jit_compiled
def _solve(gram: FeatureArray, factors: FeatureArray, items: IntArray, weights: FeatureArray) -> FeatureArray:
    """Solve (gram + Σ c·f·fᵀ) x = Σ (1 + c)·f in double precision, where f are the items' factors."""
    size = len(gram)
    system, right = np.empty((size, size)), np.zeros(size)
    for i in range(size):
        for j in range(size):
            system[i, j] = gram[i, j]
    for row in range(len(items)):
        if items[row] >= len(factors):
            continue
        item, weight = factors[items[row]], np.float64(weights[row])
        for i in range(size):
            right[i] += (1.0 + weight) * item[i]
            scaled = weight * item[i]
            for j in range(size):
                system[i, j] += scaled * item[j]
    _factorise_cholesky(system)
    _substitute(system, right)
    solution = np.empty(size, np.float32)
    for i in range(size):
        solution[i] = right[i]
    return solution


@jit_compiled_sums
def _factorise_cholesky(system: FloatArray) -> None:
    """Overwrite the lower triangle of a matrix with its Cholesky factor."""
    for i in range(len(system)):
        for j in range(i + 1):
            rest = system[i, j]
            for k in range(j):
                rest -= system[i, k] * system[j, k]
            system[i, j] = np.sqrt(rest) if i == j else rest / system[j, j]


@jit_compiled_sums
def _substitute(lower: FloatArray, right: FloatArray) -> None:
    """Overwrite the right-hand side with the solution, by forward and back substitution."""
    size = len(right)
    for i in range(size):
        rest = right[i]
        for k in range(i):
            rest -= lower[i, k] * right[k]
        right[i] = rest / lower[i, i]
    for i in range(size - 1, -1, -1):
        right[i] /= lower[i, i]
        for k in range(i):
            right[k] -= lower[i, k] * right[i]
