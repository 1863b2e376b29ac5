"""V-SkNN: similar sessions, newer clicks with more weight (Ludewig & Jannach, UMUAI 2018).

The settings are the best of Transformers4Rec on G1 (Appendix C): 500 recent sessions, which are fewer than
its 800 neighbours; both weights quadratic; no idf; items of the session are not recommended again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.peers.base import Interactions, Peer, Query, top_items
from benchmarks.peers.session_index import SessionIndex
from script_shared.types import IntArray

SAMPLE_SIZE, NEIGHBOURS, MAX_LENGTH = 500, 800, 20


class Vsknn(Peer):
    """Vector multiplication session-based k nearest neighbours."""

    def fit(self, interactions: Interactions) -> None:
        """Index the sessions."""
        self._index = SessionIndex.build(interactions)

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank the items of the neighbours."""
        return [self._rank(query.items, n) for query in queries]

    def _rank(self, items: IntArray, n: int) -> IntArray:
        newest = items[-MAX_LENGTH:]
        sessions, shared = self._index.recent(newest, SAMPLE_SIZE)
        if not len(sessions):
            return items[:0]
        weights = (np.arange(1, len(newest) + 1) / len(newest)) ** 2
        similarity = weights @ shared / len(newest)
        nearest = np.argsort(-similarity, kind="stable")[:NEIGHBOURS]
        steps_back = 1 + np.argmax(shared[::-1, nearest], axis=0)
        contents, neighbour, _ = self._index.contents(sessions[nearest])
        candidates, row = np.unique(contents, return_inverse=True)
        scores = np.bincount(row, (similarity[nearest] / steps_back**2)[neighbour])
        return top_items(candidates, scores, items, n)
