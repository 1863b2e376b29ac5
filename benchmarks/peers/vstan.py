"""VSTAN: V-SkNN with the decays of STAN (Garg et al., SIGIR 2019; Ludewig et al., UMUAI 2021).

The settings are the best of Transformers4Rec on G1 (Appendix C): 500 recent sessions, fewer than its 1,250
neighbours; no idf; items of the session are not recommended again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.peers.base import Interactions, Peer, Query, top_items
from benchmarks.peers.session_index import SessionIndex
from script_shared.clock import MS_PER_HOUR
from script_shared.types import FloatArray, IntArray

SAMPLE_SIZE, NEIGHBOURS, MAX_LENGTH = 500, 1_250, 20
#: Decay with the position in the session, in the similarity (spw) and in the scores (ipw).
SIMILARITY_DECAY, SCORE_DECAY = 2.69, 0.33625
#: Decay with the distance from the shared item in the neighbour (inh), and with its age in days (snh).
DISTANCE_DECAY, AGE_DECAY_DAYS = 1.345, 80.0


class Vstan(Peer):
    """Vector multiplication sequence and time aware neighbourhoods."""

    def fit(self, interactions: Interactions) -> None:
        """Index the sessions."""
        self._index, self._now_ms = SessionIndex.build(interactions), interactions.now_ms

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank the items of the neighbours."""
        return [self._rank(query.items, n) for query in queries]

    def _rank(self, items: IntArray, n: int) -> IntArray:
        newest = items[-MAX_LENGTH:]
        sessions, shared = self._index.recent(newest, SAMPLE_SIZE)
        if not len(sessions):
            return items[:0]
        steps_back = np.arange(len(newest))[::-1]
        similarity = self._similarity(np.exp(-steps_back / SIMILARITY_DECAY), sessions, shared)
        nearest = np.argsort(-similarity, kind="stable")[:NEIGHBOURS]
        latest = np.argmax(shared[::-1, nearest], axis=0)
        contents, neighbour, position = self._index.contents(sessions[nearest])
        last_shared = np.zeros(len(nearest), np.int64)
        np.maximum.at(last_shared, neighbour, np.where(np.isin(contents, newest), position, 0))
        score = similarity[nearest] * np.exp(-latest / SCORE_DECAY)
        closeness = np.exp(-np.abs(position - last_shared[neighbour]) / DISTANCE_DECAY)
        candidates, row = np.unique(contents, return_inverse=True)
        return top_items(candidates, np.bincount(row, score[neighbour] * closeness), items, n)

    def _similarity(self, weights: FloatArray, sessions: IntArray, shared: FloatArray) -> FloatArray:
        lengths = self._index.starts[sessions + 1] - self._index.starts[sessions]
        cosine = weights @ shared / np.sqrt(np.sum(weights**2) * lengths)
        days = (self._now_ms - self._index.times_ms[sessions]) / (24 * MS_PER_HOUR)
        return cosine * np.exp(-days / AGE_DECAY_DAYS)
