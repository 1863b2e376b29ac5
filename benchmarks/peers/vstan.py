"""VSTAN: V-SkNN with the decays of STAN (Garg et al., SIGIR 2019; Ludewig et al., UMUAI 2021).

The settings are those that Transformers4Rec found best on G1 (Appendix C): 500 recent sessions, fewer
than its 1,250 neighbours; no idf; nothing that was read is shown again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.peers.base import Peer, Query, Reads, best_of
from benchmarks.peers.visits import Visits
from script_shared.clock import MS_PER_HOUR
from script_shared.types import FloatArray, IntArray

SAMPLE, NEIGHBOURS, LONGEST = 500, 1_250, 20
#: Decay with the place in this session, once for likeness (spw) and once for scores (ipw), …
LIKENESS, SCORES = 2.69, 0.33625
#: … with the distance in the neighbour from what is shared (inh), and with its age in days (snh).
DISTANCE, AGE_DAYS = 1.345, 80.0


class Vstan(Peer):
    """Vector multiplication sequence and time aware neighbourhoods."""

    def fit(self, reads: Reads) -> None:
        """Keep the sessions."""
        self._visits, self._now_ms = Visits.of(reads), reads.now_ms

    def rank(self, queries: Sequence[Query], n: int) -> list[IntArray]:
        """Rank what the neighbours read."""
        return [self._rank(query.items, n) for query in queries]

    def _rank(self, own: IntArray, n: int) -> IntArray:
        told = own[-LONGEST:]
        sessions, holds = self._visits.recent(told, SAMPLE)
        if not len(sessions):
            return own[:0]
        back = np.arange(len(told))[::-1]
        similar_items = self._alike(np.exp(-back / LIKENESS), sessions, holds)
        nearest = np.argsort(-similar_items, kind="stable")[:NEIGHBOURS]
        latest = np.argmax(holds[::-1, nearest], axis=0)
        items, place, within = self._visits.contents(sessions[nearest])
        shared = np.zeros(len(nearest), np.int64)
        np.maximum.at(shared, place, np.where(np.isin(items, told), within, 0))
        score = similar_items[nearest] * np.exp(-latest / SCORES)
        near = np.exp(-np.abs(within - shared[place]) / DISTANCE)
        found, slot = np.unique(items, return_inverse=True)
        return best_of(found, np.bincount(slot, score[place] * near), own, n)

    def _alike(self, weights: FloatArray, sessions: IntArray, holds: FloatArray) -> FloatArray:
        lengths = self._visits.starts[sessions + 1] - self._visits.starts[sessions]
        cosine = weights @ holds / np.sqrt(np.sum(weights**2) * lengths)
        days = (self._now_ms - self._visits.times[sessions]) / (24 * MS_PER_HOUR)
        return cosine * np.exp(-days / AGE_DAYS)
