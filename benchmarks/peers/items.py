"""Nearest items as `implicit` has them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, ItemItemRecommender
from implicit.utils import ParameterWarning

from benchmarks.peers.base import Peer, Query, Reads, best_of, query_matrix
from script_shared.types import IntArray

NEIGHBOURS = 100


class NearestItems(Peer):
    """Sums the neighbours of what was read.

    Args:
        model: of `implicit`, not fitted.
        hours: of what began in them it learns.
    """

    def __init__(self, model: ItemItemRecommender, hours: float) -> None:
        self._model, self._hours = model, hours

    def fit(self, reads: Reads) -> None:
        """Compare all items."""
        with warnings.catch_warnings():
            # BM25 hands its weighted matrix on in a form that the next step converts, and says so.
            warnings.simplefilter("ignore", ParameterWarning)
            self._model.fit(reads.since(self._hours).matrix()[0], show_progress=False)
        self._items = reads.items

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank by the sum of similarities."""
        scored = (query_matrix(queries, self._items) @ self._model.similarity).tocsr()
        scored.sort_indices()
        bounds = zip(scored.indptr[:-1], scored.indptr[1:], queries, strict=True)
        return [
            best_of(scored.indices[start:end], scored.data[start:end], query.items, n)
            for start, end, query in bounds
        ]


def bm25(hours: float) -> NearestItems:
    """Return items compared by BM25-weighted reads, as `implicit` sets it: K1 100, B .5."""
    return NearestItems(BM25Recommender(K=NEIGHBOURS, K1=100, B=0.5, num_threads=1), hours)


def cosine(hours: float) -> NearestItems:
    """Return items compared by the cosine of their readers."""
    return NearestItems(CosineRecommender(K=NEIGHBOURS, num_threads=1), hours)
