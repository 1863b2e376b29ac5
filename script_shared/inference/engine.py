"""The engine: a release in memory, ready to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.clock import Clock, ReplayClock, WallClock
from script_shared.dataset import Interactions
from script_shared.domain import Domain
from script_shared.inference.fallback import fill
from script_shared.inference.reranking import POOL, diversify, same_category
from script_shared.inference.router import Router
from script_shared.models.base import Recommender
from script_shared.releases.store import Release
from script_shared.segments import Segment
from script_shared.state.state import Sizes, State
from script_shared.types import IntArray, Query, Read, Request, ScoredItem
from script_shared.vocabulary import UNKNOWN, GrowingVocabulary, Vocabulary

#: Parts of a release's state that are not the state's own snapshot.
VOCABULARIES = ("users", "vocabulary", "keys")

#: Readers and items that a release takes in while it serves; the next release has room again.
USER_ROOM = 200_000
ITEM_ROOM = 10_000

#: Lists for everybody are worked out anew so long after an interaction, at the latest.
PATIENCE_MS = 500


@dataclass(frozen=True, slots=True)
class RecommendedItem:
    """One item of an answer: its position and id, its score, and which part named it."""

    item: int
    item_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer.

    Attributes:
        segment: the reader's segment.
        model: the model that serves it.
        items: best first.
        fallback: how many of them the segment's own model did not give.
    """

    segment: str
    model: str
    items: list[RecommendedItem]
    fallback: int


class Ranker:
    """The segments' models over one state: what the service answers, in positions."""

    def __init__(self, models: Mapping[str, Recommender], newest: IntArray) -> None:
        self._models, self._newest = models, newest

    def rank(self, segment: Segment, query: Query, state: State, n: int) -> tuple[list[ScoredItem], int]:
        """Return the list for a query, and how many of its items came from a fallback."""
        own = self._models[segment.name].recommend(query, state, n)
        if len(own) >= n:
            return list(own), 0
        others = [model for name, model in self._models.items() if name != segment.name]
        filled = fill(own, query, state, n, others, self._newest)
        return filled, len(filled) - len(own)


class Engine:
    """Answers requests over a state that moves on with what is read.

    Requests are answered and reads applied by one thread.

    Args:
        router: resolves ids and picks the segment.
        ranker: the segments' models.
        state: as of now.
        clock: tells the time.
    """

    def __init__(self, router: Router, ranker: Ranker, state: State, clock: Clock) -> None:
        self._router, self._ranker, self._state, self._clock = router, ranker, state, clock

    @classmethod
    def load(cls, release: Release, domain: Domain, clock: Clock | None = None) -> Engine:
        """Load an opened release; without a clock, replayed data gets one that starts at `as_of`.

        Raises:
            ReleaseCorruptedError: a part is missing.
        """
        parameters = release.manifest.parameters
        users, items, keys = (Vocabulary.restore(release.bundle(f"state/{x}").arrays) for x in VOCABULARIES)
        segments = domain.segments(parameters)
        models = {segment.name: _model(release, segment) for segment in segments}
        readers, catalogue = GrowingVocabulary(users, USER_ROOM), GrowingVocabulary(items, ITEM_ROOM)
        state = State(domain.state(parameters), Sizes(readers.capacity, catalogue.capacity, len(keys)))
        state.patience_ms = PATIENCE_MS
        state.restore(
            {name.removeprefix("state/"): release.bundle(name) for name in release.bundles("state")}
        )
        types = release.bundle("state/user_types")
        names = np.array([*types.document["names"], None], object)
        user_types = np.full(readers.capacity, None, object)
        user_types[: len(users)] = names[types.arrays["code"]]
        router = Router(readers, catalogue, keys, domain.context, user_types, segments)
        newest = np.asarray(release.bundle("state/catalogue").arrays["newest"], np.int32)
        return cls(router, Ranker(models, newest), state, clock or _clock(release))

    def apply(self, reads: Sequence[Read]) -> int:
        """Fold reads into the state in the order given; each reader's next answer knows them.

        Returns:
            How many were of items that are not known, or of readers beyond the room for new ones, and
            were left out.
        """
        users = np.array([self._router.users.add(read.user_id) for read in reads], np.int32)
        items = np.array([self._router.items.find(read.item_id) for read in reads], np.int32)
        times = np.array([read.time_ms for read in reads], np.int64)
        weights = np.array([read.weight for read in reads], np.float32)
        keys = np.array([self._router.context_keys(read.context) for read in reads], np.int32)
        for read, user in zip(reads, users.tolist(), strict=True):
            if read.user_type is not None and user != UNKNOWN:
                self._router.user_types[user] = read.user_type
        kept = np.flatnonzero((users != UNKNOWN) & (items != UNKNOWN))
        width = len(self._router.context)
        self._state.apply(Interactions(users, items, times, weights, keys.reshape(-1, width)).take(kept))
        return len(reads) - len(kept)

    def now_ms(self) -> int:
        """Return the moment at which the engine answers, ms UTC."""
        return self._clock.now_ms()

    def resume(self, newest_ms: int) -> None:
        """Let a replayed world go on where its newest event left it; any other clock stays."""
        if isinstance(self._clock, ReplayClock) and newest_ms > self.now_ms():
            self._clock = ReplayClock(newest_ms)

    def knows(self, item_id: str) -> bool:
        """Tell whether an item is in the catalogue."""
        return self._router.items.find(item_id) != UNKNOWN

    def recommend(self, request: Request) -> Recommendation:
        """Answer a request."""
        query = self._router.query(request, self._state, self._clock.now_ms())
        segment = self._router.segment(query)
        ranked, fallback = self._rank(segment, query, request)
        ids = self._router.items
        items = [RecommendedItem(x.item, ids[x.item], x.score, x.reason) for x in ranked]
        return Recommendation(segment.name, segment.model, items, fallback)

    def _rank(self, segment: Segment, query: Query, request: Request) -> tuple[list[ScoredItem], int]:
        """Return the list, and how many of its items came from a fallback."""
        if not request.diversity:
            return self._ranker.rank(segment, query, self._state, request.n)
        pool, fallback = self._ranker.rank(segment, query, self._state, max(request.n, POOL))
        likeness = same_category(self._state.items.category)
        ranked = diversify(pool, request.n, request.diversity, likeness)
        others = pool[len(pool) - fallback :]
        return ranked, sum(each in others for each in ranked)


def _model(release: Release, segment: Segment) -> Recommender:
    model = segment.make_model()
    model.load(release.bundle(f"models/{segment.name}"))
    return model


def _clock(release: Release) -> Clock:
    return ReplayClock(release.manifest.as_of_ms) if release.manifest.replay else WallClock()
