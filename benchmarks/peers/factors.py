"""Matrix factorisation as `implicit` has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from threadpoolctl import threadpool_limits

from benchmarks.peers.base import Peer, Query, Reads, best_of, query_matrix
from script_shared.types import FeatureArray, IntArray

FACTORS = 40
SEED = 0


class Als(Peer):
    """Weighted matrix factorisation (Hu, Koren & Volinsky, ICDM 2008); a query's factors are solved for.

    Args:
        hours: of what began in them it learns.
    """

    def __init__(self, hours: float) -> None:
        self._hours = hours

    def fit(self, reads: Reads) -> None:
        """Factorise."""
        recent = reads.since(self._hours)
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
        self._known, self._model, self._size = np.unique(recent.item), model, reads.items
        self._items: FeatureArray = model.item_factors[self._known]

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank what was read in those hours by factors."""
        told = [Query(query.owner, query.items[np.isin(query.items, self._known)]) for query in queries]
        matrix = query_matrix(told, self._size)
        vectors = self._model.recalculate_user(np.arange(len(queries)), matrix)
        triples = zip(queries, told, vectors, strict=True)
        return [
            _nearest(self._known, self._items @ v, q.items, n if len(t.items) else 0) for q, t, v in triples
        ]


class Bpr(Peer):
    """Bayesian personalised ranking (Rendle et al., UAI 2009); an unknown query is the mean of its items.

    Args:
        hours: of what began in them it learns.
    """

    def __init__(self, hours: float) -> None:
        self._hours = hours

    def fit(self, reads: Reads) -> None:
        """Factorise."""
        recent = reads.since(self._hours)
        matrix, owners = recent.matrix()
        model = BayesianPersonalizedRanking(
            factors=FACTORS, iterations=100, learning_rate=0.05, random_state=SEED, num_threads=1
        )
        model.fit(matrix, show_progress=False)
        self._known = np.unique(recent.item)
        self._rows = {owner: row for row, owner in enumerate(owners.tolist())}
        self._owners: FeatureArray = model.user_factors
        self._items: FeatureArray = model.item_factors[self._known]

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank what was read in those hours by factors."""
        return [self._rank(query, n) for query in queries]

    def _rank(self, query: Query, n: int) -> IntArray:
        told = np.flatnonzero(np.isin(self._known, query.items))
        if not len(told):
            return query.items[:0]
        scores = self._items @ self._vector(query.owner, told)
        return _nearest(self._known, scores, query.items, n)

    def _vector(self, owner: int, told: IntArray) -> FeatureArray:
        if owner in self._rows:
            return self._owners[self._rows[owner]]
        mean = self._items[told].mean(axis=0)
        mean[-1] = 1.0  # the last factor of an item is its bias
        return mean


def _nearest(items: IntArray, scores: FeatureArray, own: IntArray, n: int) -> IntArray:
    """Return the best, whatever the sign of their scores."""
    return best_of(items, scores - scores.min() + 1.0, own, n)
