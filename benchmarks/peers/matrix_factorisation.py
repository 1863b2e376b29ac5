"""Matrix factorisation with `implicit`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from threadpoolctl import threadpool_limits

from benchmarks.peers.base import Interactions, Peer, Query, query_matrix, top_items
from script_shared.types import FeatureArray, IntArray

FACTORS = 40
SEED = 0


class Als(Peer):
    """Weighted matrix factorisation (Hu, Koren & Volinsky, ICDM 2008); each query's factors are solved for.

    Args:
        hours: length of the training window.
    """

    def __init__(self, hours: float) -> None:
        self._hours = hours

    def fit(self, interactions: Interactions) -> None:
        """Factorise the interactions of the training window."""
        recent = interactions.since(self._hours)
        # OpenBLAS's threads and implicit's would fight for the same cores.
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=FACTORS,
                regularization=0.04,
                alpha=12.0,
                iterations=15,
                random_state=SEED,
                num_threads=1,
            )
            model.fit(recent.matrix()[0], show_progress=False)
        self._known, self._model = np.unique(recent.item), model
        self._item_count = interactions.item_count
        self._item_factors: FeatureArray = model.item_factors[self._known]

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank the items of the training window by the dot product of factors."""
        known = [query.items[np.isin(query.items, self._known)] for query in queries]
        pairs = zip(queries, known, strict=True)
        matrix = query_matrix([Query(query.user, items) for query, items in pairs], self._item_count)
        vectors = self._model.recalculate_user(np.arange(len(queries)), matrix)
        return [
            _rank(self._known, self._item_factors @ vector, query.items, n if len(items) else 0)
            for query, items, vector in zip(queries, known, vectors, strict=True)
        ]


class Bpr(Peer):
    """Bayesian personalised ranking (Rendle et al., UAI 2009); an unknown user is the mean of its items.

    Args:
        hours: length of the training window.
    """

    def __init__(self, hours: float) -> None:
        self._hours = hours

    def fit(self, interactions: Interactions) -> None:
        """Factorise the interactions of the training window."""
        recent = interactions.since(self._hours)
        matrix, users = recent.matrix()
        model = BayesianPersonalizedRanking(
            factors=FACTORS, iterations=100, learning_rate=0.05, random_state=SEED, num_threads=1
        )
        model.fit(matrix, show_progress=False)
        self._known = np.unique(recent.item)
        self._rows = {user: row for row, user in enumerate(users.tolist())}
        self._user_factors: FeatureArray = model.user_factors
        self._item_factors: FeatureArray = model.item_factors[self._known]

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank the items of the training window by the dot product of factors."""
        return [self._rank_query(query, n) for query in queries]

    def _rank_query(self, query: Query, n: int) -> IntArray:
        known = np.flatnonzero(np.isin(self._known, query.items))
        if not len(known):
            return query.items[:0]
        return _rank(self._known, self._item_factors @ self._vector(query.user, known), query.items, n)

    def _vector(self, user: int, known: IntArray) -> FeatureArray:
        if user in self._rows:
            return self._user_factors[self._rows[user]]
        mean = self._item_factors[known].mean(axis=0)
        mean[-1] = 1.0  # the last factor of an item is its bias
        return mean


def _rank(items: IntArray, scores: FeatureArray, excluded: IntArray, n: int) -> IntArray:
    """Return the items with the highest scores, negative ones included."""
    return top_items(items, scores - scores.min() + 1.0, excluded, n)
