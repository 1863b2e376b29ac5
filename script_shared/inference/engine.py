"""The engine: a release in memory, ready to answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE, Clock, ReplayClock, WallClock
from script_shared.dataset import Interactions
from script_shared.domain import Domain
from script_shared.inference.availability import Availability
from script_shared.inference.exploration import introduce
from script_shared.inference.load import clock_of, load_model, load_router, load_state
from script_shared.inference.new_items import NewItems
from script_shared.inference.pending_interactions import PendingInteractions
from script_shared.inference.reranking import POOL, diversify, same_category
from script_shared.inference.result_cache import ResultCache
from script_shared.inference.results import Recommendation, RecommendedItem, UserProfile
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.inference.unpersonalised import similar, trending
from script_shared.models.components.unread_items import UnreadItems
from script_shared.models.reasons import Reason
from script_shared.releases.store import Release
from script_shared.segments import Segment
from script_shared.state.items import NEVER
from script_shared.state.state import Sizes, State
from script_shared.types import BoolArray, IntArray, Interaction, Query, Request, ScoredItem
from script_shared.vocabulary import UNKNOWN

#: Of a reader's reads, so many are told.
_RECENT = 20

#: So many more items are ranked where some may not be named: mostly enough.
_SPARE = 20

#: No event may be further ahead of the clock.
AHEAD_MS = 5 * MS_PER_MINUTE


class Engine:
    """Answers requests over a state that moves on with what is read.

    Requests are answered and reads applied by one thread.

    Args:
        router: resolves ids and picks the segment.
        ranker: the segments' models.
        state: as of now.
        clock: tells the time.
        ahead: how many answers are kept to be given again while they hold; see `ResultCache`.
        replay_lag_ms: how far a replayed world was behind the wall clock when its release was made.
    """

    def __init__(
        self,
        router: Router,
        ranker: SegmentModels,
        state: State,
        clock: Clock,
        ahead: int = 0,
        replay_lag_ms: int = 0,
    ) -> None:
        self._router, self._ranker, self._state, self._clock = router, ranker, state, clock
        self._ahead, self._replay_lag_ms = ResultCache(ahead), replay_lag_ms
        self._fresh, self._pending = UnreadItems(), PendingInteractions()
        self._availability = Availability(state.items.published_ms)

    @classmethod
    def load(cls, release: Release, domain: Domain, clock: Clock | None = None, ahead: int = 0) -> Engine:
        """Load an opened release; without a clock, replayed data gets one that starts at `as_of`.

        Raises:
            ReleaseCorruptedError: a part is missing.
        """
        segments = domain.segments(release.manifest.parameters)
        router = load_router(release, domain, segments)
        newest = np.asarray(release.bundle("state/catalogue").arrays["newest"], np.int32)
        ranker = SegmentModels({segment.name: load_model(release, segment) for segment in segments}, newest)
        state, manifest = load_state(release, domain, router), release.manifest
        lag_ms = round(manifest.created_at.timestamp() * 1000) - manifest.as_of_ms
        engine = cls(router, ranker, state, clock or clock_of(release), ahead, lag_ms)
        for item_id, moment_ms in manifest.expires_ms.items():
            if (item := router.items.find(item_id)) != UNKNOWN:
                engine._availability.expire(item, moment_ms)
        for item_id in manifest.withdrawn:
            engine.withdraw(item_id)
        return engine

    def apply(self, interactions: Sequence[Interaction]) -> int:
        """Fold reads into the state in the order given; each reader's next answer knows them.

        Returns:
            How many were not counted: of items that are not known, which are kept until `learn` reports
            the item, or of readers beyond the room for new ones.
        """
        users = np.array([self._router.users.add(read.user_id) for read in interactions], np.int32)
        items = np.array([self._router.items.find(read.item_id) for read in interactions], np.int32)
        times = np.array([read.time_ms for read in interactions], np.int64)
        weights = np.array([read.weight for read in interactions], np.float32)
        keys = np.array([self._router.context_keys(read.context) for read in interactions], np.int32)
        for read, user in zip(interactions, users.tolist(), strict=True):
            if read.user_type is not None and user != UNKNOWN:
                self._router.user_types[user] = read.user_type
        for place in np.flatnonzero((users != UNKNOWN) & (items == UNKNOWN)).tolist():
            self._pending.add(interactions[place])
        kept = np.flatnonzero((users != UNKNOWN) & (items != UNKNOWN))
        width = len(self._router.context)
        self._state.apply(Interactions(users, items, times, weights, keys.reshape(-1, width)).take(kept))
        return len(interactions) - len(kept)

    def learn(self, arrived: NewItems) -> IntArray:
        """Take in new and changed items; they can be recommended as soon as they are published.

        What is not reported of an item that is known stays as it was.

        Returns:
            The position of each, -1 where there is no room for more.
        """
        places = np.array([self._router.items.add(each) for each in arrived.ids], np.int32)
        kept = np.flatnonzero(places != UNKNOWN)
        items = places[kept]
        about = self._state.items
        published, categories = arrived.published_ms[kept], arrived.categories[kept]
        published = np.where(published == UNKNOWN, about.published_ms[items], published)
        published = np.where(published == UNKNOWN, arrived.reported_ms[kept], published)
        categories = np.where(categories == UNKNOWN, about.category[items], categories)
        self._state.update_items(items, published, categories)
        for item, place in zip(items.tolist(), kept.tolist(), strict=True):
            self._availability.report(item, arrived.expires_ms[place])
        self._ranker.learn(items, arrived.vectors[kept])
        self._fresh.announce(items.tolist())
        self._ahead.clear()
        waiting = self._pending.take(arrived.ids[place] for place in kept)
        if waiting:
            self.apply(waiting)
        return places

    def announce(self, item_ids: Iterable[str]) -> None:
        """Give items that the release knows already a place among the new ones."""
        self._fresh.announce(self._router.items.find_all(item_ids).tolist())
        self._ahead.clear()

    def withdraw(self, item_id: str) -> None:
        """Name an item no longer until it is reported again; one that is not known is not named anyway."""
        item = self._router.items.find(item_id)
        if item != UNKNOWN:
            self._availability.withdraw(item)
            self._ahead.clear()

    def forget(self, user_id: str) -> bool:
        """Forget a reader and return whether there was one; what they read stays in anonymous counts."""
        self._pending.forget(user_id)
        user = self._router.users.forget(user_id)
        if user == UNKNOWN:
            return False
        self._state.histories.forget(user)
        self._ahead.clear()
        self._router.user_types[user] = None
        return True

    def warm_up(self) -> None:
        """Do once what requests and reads do: nobody waits for what is compiled first.

        What cannot rank is broken; its error tells how.
        """
        now = self.now_ms()
        stranger = self._router.query(Request(None), self._state, now)
        reader = stranger.extend(self._state.most_popular(0, 3, now))
        for segment, query in product(self._router.segments, (stranger, reader)):
            ranked, _ = self._ranker.rank(segment, query, self._state, 10)
            self._ranker.reasons(segment, query, self._state, ranked)
        next(map(self.knows, self._router.items), None)
        self._rehearse_reads(now)

    def _rehearse_reads(self, now_ms: int) -> None:
        """Fold some reads into a state of nobody's: the first, further ones and late ones."""
        state = State(self._state.parameters, Sizes(2, 3, 1, len(self._router.context)))
        users, items = np.array([0, 0, 1], np.int32), np.arange(3, dtype=np.int32)
        keys = np.zeros((3, len(self._router.context)), np.int32)
        for time_ms in (now_ms, now_ms, now_ms - 1):
            times = np.full(3, time_ms)
            state.apply(Interactions(users, items, times, np.ones(3, np.float32), keys))
        state.histories.get(0)

    def now_ms(self) -> int:
        """Return the moment at which the engine answers, ms UTC."""
        return self._clock.now_ms()

    def first_interaction_ms(self) -> int | None:
        """Return when the first item was first read, ms UTC; None where none was."""
        first = int(self._state.items.first_ms.min(initial=NEVER))
        return None if first == NEVER else first

    def resume(self, newest_ms: int) -> None:
        """Serve from now on: a replayed world goes on where its newest event left it, any other clock stays.

        What was worked out before the log was replayed is worked out anew.
        """
        self._state.clear_cache()
        self._ahead.clear()
        self.go_live(newest_ms)
        if isinstance(self._clock, ReplayClock) and newest_ms > self.now_ms():
            self._clock = ReplayClock(newest_ms)

    def go_live(self, time_ms: int) -> bool:
        """Change from a replay clock to the wall clock if an event at `time_ms` can only be a live one.

        A replayed world, however often it is restarted, is never ahead of its data's end plus the time since
        its release was made; a live event is, and it is not ahead of the wall clock.

        Returns:
            Whether the clock has changed.
        """
        if not isinstance(self._clock, ReplayClock):
            return False
        wall_ms = WallClock().now_ms()
        if not wall_ms - self._replay_lag_ms + AHEAD_MS < time_ms <= wall_ms + AHEAD_MS:
            return False
        self._clock = WallClock()
        self._ahead.clear()
        return True

    def knows(self, item_id: str) -> bool:
        """Tell whether an item is in the catalogue."""
        return self._router.items.find(item_id) != UNKNOWN

    @property
    def capacity(self) -> int:
        """How many items there can be, those to come included."""
        return self._router.items.capacity

    @property
    def room(self) -> int:
        """For how many more new items there is room."""
        return self.capacity - len(self._router.items)

    def recommend(
        self, request: Request, among: BoolArray | None = None, explain: bool = False
    ) -> Recommendation:
        """Answer a request.

        Args:
            request: who asks, for what.
            among: by position, which items may be named; None for all.
            explain: say of each item what speaks for it.
        """
        is_plain = self._ahead.capacity and among is None and not explain
        question = self._router.question(request, self._state) if is_plain else None
        if question is None:
            return self._answer(request, self.now_ms(), among, explain)
        now = self.now_ms()
        if self._availability.refresh(now):
            self._ahead.clear()
        found = self._ahead.find(question, self._state, now)
        if found is None:
            found = self._answer(request, now)
            self._ahead.keep(question, now, found)
        return found

    def _answer(
        self, request: Request, now_ms: int, among: BoolArray | None = None, explain: bool = False
    ) -> Recommendation:
        query = self._router.query(request, self._state, now_ms)
        segment = self._router.segment(query)
        ranked, fallback = self._rank(segment, query, request, self._allowed(request, query.now_ms, among))
        why = self._ranker.explain(segment, query, self._state, ranked) if explain else ()
        reasons = self._ranker.reasons(segment, query, self._state, ranked)
        return Recommendation(segment.name, segment.model, self._named(ranked, reasons), fallback, why)

    def _rank(
        self, segment: Segment, query: Query, request: Request, allowed: BoolArray | None
    ) -> tuple[list[ScoredItem], int]:
        """Return the list, and how many of its items came from a fallback."""
        n = max(request.n, POOL) if request.diversity else request.n
        ranked, fallback = self._available(segment, query, n, allowed)
        if request.diversity:
            others = ranked[len(ranked) - fallback :]
            likeness = same_category(self._state.items.category)
            ranked = diversify(ranked, request.n, request.diversity, likeness)
            fallback = sum(each in others for each in ranked)
        fresh = self._fresh.named(self._state, query.now_ms)
        if not len(fresh):
            return ranked, fallback
        unread = fresh[~np.isin(fresh, query.history)]
        unread = unread[~np.isin(unread, self._availability.hidden)]
        fit = unread if allowed is None else unread[allowed[unread]]
        ordered = self._ranker.order(query, self._state, fit)
        return introduce(ranked, ordered.tolist(), request.n), fallback

    def _available(
        self, segment: Segment, query: Query, n: int, allowed: BoolArray | None
    ) -> tuple[list[ScoredItem], int]:
        """Rank items that may be named now; the filters in `allowed` leave out the others already."""
        hidden = self._hidden(query.now_ms)
        if allowed is not None or not len(hidden):
            return self._ranker.rank(segment, query, self._state, n, allowed)
        ranked, fallback = self._ranker.rank(segment, query, self._state, n + _SPARE)
        unnamed = frozenset(hidden.tolist())
        kept = [place for place, each in enumerate(ranked) if each.item not in unnamed][:n]
        if len(kept) == n or len(ranked) < n + _SPARE:
            own = len(ranked) - fallback
            return [ranked[place] for place in kept], sum(place >= own for place in kept)
        mask = np.ones(self.capacity, np.bool_)
        mask[hidden] = False
        return self._ranker.rank(segment, query, self._state, n, mask)

    def _allowed(self, request: Request, now_ms: int, among: BoolArray | None) -> BoolArray | None:
        """Put the filters of a request together; None where there is none."""
        if among is None and not request.exclude and request.max_age_hours is None:
            return None
        return self._mask(request, now_ms, among)

    def _mask(self, request: Request, now_ms: int, among: BoolArray | None) -> BoolArray:
        """Return by position which items may be named."""
        allowed = np.ones(self.capacity, np.bool_) if among is None else among.copy()
        allowed[self._hidden(now_ms)] = False
        allowed[self._router.items.find_all(request.exclude)] = False
        if request.max_age_hours is not None:
            allowed &= self._state.items.published_ms >= now_ms - request.max_age_hours * MS_PER_HOUR
        return allowed

    def _hidden(self, now_ms: int) -> IntArray:
        """Return the items that may not be named now."""
        self._availability.refresh(now_ms)
        return self._availability.hidden

    def _allowed_now(self, request: Request, now_ms: int, among: BoolArray | None) -> BoolArray | None:
        """Put the filters of a request and what may not be named together; None where there is neither."""
        if len(self._hidden(now_ms)):
            return self._mask(request, now_ms, among)
        return self._allowed(request, now_ms, among)

    def trending(self, request: Request, among: BoolArray | None = None) -> list[RecommendedItem]:
        """Return what is read most now, where the request says where: there."""
        now, keys = self.now_ms(), self._router.context_keys(request.context)
        return self._named(
            trending(self._state, keys, now, request.n, self._allowed_now(request, now, among))
        )

    def similar(
        self, item_id: str, request: Request, among: BoolArray | None = None
    ) -> list[RecommendedItem] | None:
        """Return what is like an item; None where it is not known."""
        item, now = self._router.items.find(item_id), self.now_ms()
        if item == UNKNOWN or item in self._hidden(now):
            return None
        allowed = self._allowed_now(request, now, among)
        texts = self._ranker.similar_items(item, allowed, request.n + 1)
        return self._named(similar(self._state, item, texts, now, request.n, allowed))

    def user_profile(self, user_id: str) -> UserProfile | None:
        """Return what is known of a reader; None where nothing is."""
        if self._router.users.find(user_id) == UNKNOWN:
            return None
        query = self._router.query(Request(user_id), self._state, self.now_ms())
        segment, ids = self._router.segment(query), self._router.items
        last = zip(query.history[-_RECENT:].tolist(), query.times[-_RECENT:].tolist(), strict=True)
        recent = [(item, ids[item], time) for item, time in last][::-1]
        cluster = self._ranker.cluster(segment, query, self._state)
        return UserProfile(segment.name, segment.model, query.user_type, cluster, len(query.history), recent)

    def _named(
        self, ranked: Sequence[ScoredItem], reasons: Sequence[Reason] | None = None
    ) -> list[RecommendedItem]:
        """Put ids for positions; without reasons, the part that named an item is its reason."""
        ids = self._router.items
        if reasons is not None:
            rows = zip(ranked, reasons, strict=True)
            return [
                RecommendedItem(item.item, ids[item.item], item.score, self._text(reason))
                for item, reason in rows
            ]
        return [RecommendedItem(item, ids[item], score, reason) for item, score, reason in ranked]

    def _text(self, reason: Reason) -> str:
        return (
            reason.name if reason.source == UNKNOWN else f"{reason.name}:{self._router.items[reason.source]}"
        )
