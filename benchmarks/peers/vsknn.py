"""V-SkNN: sessions like this one, newer clicks counting more (Ludewig & Jannach, UMUAI 2018).

The settings are those that Transformers4Rec found best on G1 (Appendix C): 500 recent sessions, which
are fewer than its 800 neighbours; both weights quadratic; no idf; nothing that was read is shown again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.peers.base import Peer, Query, Reads, best_of
from benchmarks.peers.visits import Visits
from script_shared.types import IntArray

SAMPLE, NEIGHBOURS, LONGEST = 500, 800, 20


class Vsknn(Peer):
    """Vector multiplication session-based k nearest neighbours."""

    def fit(self, reads: Reads) -> None:
        """Keep the sessions."""
        self._visits = Visits.of(reads)

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank what the neighbours read."""
        return [self._rank(query.items, n) for query in queries]

    def _rank(self, own: IntArray, n: int) -> IntArray:
        told = own[-LONGEST:]
        sessions, holds = self._visits.recent(told, SAMPLE)
        if not len(sessions):
            return own[:0]
        weights = (np.arange(1, len(told) + 1) / len(told)) ** 2
        similar_items = weights @ holds / len(told)
        nearest = np.argsort(-similar_items, kind="stable")[:NEIGHBOURS]
        back = 1 + np.argmax(holds[::-1, nearest], axis=0)
        items, place, _ = self._visits.contents(sessions[nearest])
        found, slot = np.unique(items, return_inverse=True)
        return best_of(found, np.bincount(slot, (similar_items[nearest] / back**2)[place]), own, n)
