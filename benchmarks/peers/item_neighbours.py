"""Item-based nearest neighbours with `implicit`."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, ItemItemRecommender
from implicit.utils import ParameterWarning

from benchmarks.peers.base import Interactions, Peer, Query, query_matrix, top_items
from script_shared.types import IntArray

NEIGHBOURS = 100


class ItemNeighbours(Peer):
    """Scores an item by the sum of its similarities to the query's items.

    Args:
        model: of `implicit`, not fitted.
        hours: length of the training window.
    """

    def __init__(self, model: ItemItemRecommender, hours: float) -> None:
        self._model, self._hours = model, hours

    def fit(self, interactions: Interactions) -> None:
        """Compute the similarities of items in the training window."""
        with warnings.catch_warnings():
            # BM25 passes its weighted matrix on in a format that the next step converts with a warning.
            warnings.simplefilter("ignore", ParameterWarning)
            self._model.fit(interactions.since(self._hours).matrix()[0], show_progress=False)
        self._item_count = interactions.item_count

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank by the sum of similarities."""
        scores = (query_matrix(queries, self._item_count) @ self._model.similarity).tocsr()
        scores.sort_indices()
        rows = zip(scores.indptr[:-1], scores.indptr[1:], queries, strict=True)
        return [
            top_items(scores.indices[start:end], scores.data[start:end], query.items, n)
            for start, end, query in rows
        ]


def bm25(hours: float) -> ItemNeighbours:
    """Return neighbours by BM25-weighted interactions with the defaults of `implicit`: K1 100, B .5."""
    return ItemNeighbours(BM25Recommender(K=NEIGHBOURS, K1=100, B=0.5, num_threads=1), hours)


def cosine(hours: float) -> ItemNeighbours:
    """Return neighbours by the cosine of the items' users."""
    return ItemNeighbours(CosineRecommender(K=NEIGHBOURS, num_threads=1), hours)
