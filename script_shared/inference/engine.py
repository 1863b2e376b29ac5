"""The engine: a loaded release that answers requests and applies interactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np

from script_shared.clock import MS_PER_MINUTE, Clock, ReplayClock, WallClock
from script_shared.dataset import Interactions
from script_shared.domain import Domain
from script_shared.inference.lists.builder import ListBuilder
from script_shared.inference.lists.unpersonalised import CONTENT, rank_similar, rank_trending
from script_shared.inference.load import load_model, load_router, load_state, load_text_index, make_clock
from script_shared.inference.new_items import NewItems
from script_shared.inference.pending_interactions import PendingInteractions
from script_shared.inference.result_cache import ResultCache
from script_shared.inference.results import Recommendation, RecommendedItem, UserProfile
from script_shared.inference.router import Router
from script_shared.inference.segment_models import SegmentModels
from script_shared.inference.text_index import TextIndex
from script_shared.models.kernels import top_items
from script_shared.models.reasons import NEW, Reason
from script_shared.releases.store import Release
from script_shared.state.items import NEVER
from script_shared.state.state import Sizes, State
from script_shared.types import BoolArray, IntArray, Interaction, LongArray, Mask, Request, ScoredItem
from script_shared.vector_index.index import FieldVectors
from script_shared.vocabulary import UNKNOWN

#: Number of items in a user profile.
_RECENT = 20

#: Maximum time by which an event may be ahead of the clock.
MAX_CLOCK_SKEW_MS = 5 * MS_PER_MINUTE


class Engine:
    """Answers requests from a state that changes with each interaction; not thread-safe.

    Args:
        router: resolves ids and routes queries to segments.
        models: the segments' models.
        state: current state.
        clock: the current time.
        cache_size: maximum number of cached lists; see `ResultCache`.
        replay_lag_ms: how far replayed data was behind the wall clock when the release was made.

    Attributes:
        texts: finds items by their texts; None for a domain that is not searchable.
    """

    texts: TextIndex | None = None

    def __init__(
        self,
        router: Router,
        models: SegmentModels,
        state: State,
        clock: Clock,
        cache_size: int = 0,
        replay_lag_ms: int = 0,
    ) -> None:
        self._router, self._models, self._state, self._clock = router, models, state, clock
        self._cache, self._replay_lag_ms = ResultCache(cache_size), replay_lag_ms
        self._lists, self._pending = ListBuilder(models, state, router.items), PendingInteractions()
        #: Users who are items that have not been reported: they are hidden until then.
        self._unreported: set[int] = set()

    @classmethod
    def load(
        cls, release: Release, domain: Domain, clock: Clock | None = None, cache_size: int = 0
    ) -> Engine:
        """Load an opened release.

        Args:
            release: its files are verified.
            domain: the domain of the release.
            clock: by default the wall clock, for replayed data a clock that starts at `as_of`.
            cache_size: maximum number of cached lists.

        Raises:
            ReleaseCorruptedError: a part is missing.
        """
        segments = domain.segments(release.manifest.parameters)
        router = load_router(release, domain, segments)
        newest = np.asarray(release.bundle("state/catalogue").arrays["newest"], np.int32)
        models = SegmentModels({segment.name: load_model(release, segment) for segment in segments}, newest)
        state, manifest = load_state(release, domain, router), release.manifest
        lag_ms = round(manifest.created_at.timestamp() * 1000) - manifest.as_of_ms
        engine = cls(router, models, state, clock or make_clock(release), cache_size, lag_ms)
        engine.texts = load_text_index(release, domain)
        for item_id, moment_ms in manifest.expires_ms.items():
            if (item := router.items.find(item_id)) != UNKNOWN:
                engine._lists.availability.expire(item, moment_ms)
        for item_id in manifest.withdrawn:
            engine.withdraw(item_id)
        return engine

    def apply(self, interactions: Sequence[Interaction]) -> int:
        """Apply interactions to the state, in the order given.

        Returns:
            The number of interactions not counted: those with unknown items, which are kept until
            `add_items` reports the item, and those of new users beyond the capacity.
        """
        router = self._router
        users = np.array([self._add_user(interaction.user_id) for interaction in interactions], np.int32)
        items = np.array([router.items.find(interaction.item_id) for interaction in interactions], np.int32)
        times = np.array([interaction.time_ms for interaction in interactions], np.int64)
        weights = np.array([interaction.weight for interaction in interactions], np.float32)
        keys = np.array([router.context_keys(interaction.context) for interaction in interactions], np.int32)
        for interaction, user in zip(interactions, users.tolist(), strict=True):
            if interaction.user_type is not None and user != UNKNOWN:
                router.user_types[user] = interaction.user_type
        for row in np.flatnonzero((users != UNKNOWN) & (items == UNKNOWN)).tolist():
            self._pending.add(interactions[row])
        kept = np.flatnonzero((users != UNKNOWN) & (items != UNKNOWN))
        keys = keys.reshape(len(interactions), len(router.context))
        self._state.apply(Interactions(users, items, times, weights, keys).take(kept))
        return len(interactions) - len(kept)

    def _add_user(self, user_id: str) -> int:
        """Return the position of a user, -1 beyond the capacity; one who is an item is hidden as such."""
        users = self._router.users
        known = len(users)
        position = users.add(user_id)
        if position == known and self._router.users_are_items:
            self._unreported.add(position)
            self._lists.availability.withdraw(position)
        return position

    def add_items(self, new_items: NewItems) -> IntArray:
        """Add new items and update changed ones; fields that are not reported keep their values.

        Returns:
            The position of each item, -1 beyond the capacity.
        """
        positions = np.array([self._router.items.add(item_id) for item_id in new_items.ids], np.int32)
        kept = np.flatnonzero(positions != UNKNOWN)
        items = positions[kept]
        stored = self._state.items
        published, categories = new_items.published_ms[kept], new_items.categories[kept]
        published = np.where(published == UNKNOWN, stored.published_ms[items], published)
        published = np.where(published == UNKNOWN, new_items.reported_ms[kept], published)
        categories = np.where(categories == UNKNOWN, stored.category[items], categories)
        self._state.update_items(items, published, categories)
        for item, row in zip(items.tolist(), kept.tolist(), strict=True):
            self._lists.availability.report(item, new_items.expires_ms[row])
        self._unreported.difference_update(items.tolist())
        self._models.add_items(items, new_items.vectors[kept])
        if self.texts is not None and len(items):
            self.texts.upsert(items, new_items.vectors[kept])
        self._lists.new_items.add(items.tolist())
        self._cache.clear()
        pending = self._pending.take(new_items.ids[row] for row in kept)
        if pending:
            self.apply(pending)
        return positions

    def mark_as_new(self, item_ids: Iterable[str]) -> None:
        """Let the exploration insert items that the release contains already."""
        self._lists.new_items.add(self._router.items.find_all(item_ids).tolist())
        self._cache.clear()

    def withdraw(self, item_id: str) -> None:
        """Hide an item until it is reported again; ignore unknown items."""
        item = self._router.items.find(item_id)
        if item != UNKNOWN:
            self._lists.availability.withdraw(item)
            self._cache.clear()

    def forget(self, user_id: str) -> bool:
        """Erase a user's id and history; return whether there was one. Anonymous counts remain."""
        self._pending.forget(user_id)
        user = self._router.users.forget(user_id)
        if user == UNKNOWN:
            return False
        if self._router.users_are_items:
            self._pending.take([user_id])
            if self.texts is not None:
                self.texts.remove(np.array([user], np.int32))
            self._unreported.discard(user)
            self._lists.availability.withdraw(user)
        self._state.histories.forget(user)
        self._cache.clear()
        self._router.user_types[user] = None
        return True

    def warm_up(self) -> None:
        """Run every compiled function once, so that no request waits for compilation.

        A model that cannot rank raises its error.
        """
        now = self.now_ms()
        without_history = self._router.query(Request(None), self._state, now)
        with_history = without_history.extend(self._state.most_popular(0, 3, now))
        for segment, query in product(self._router.segments, (without_history, with_history)):
            ranked, _ = self._models.rank(segment, query, self._state, 10)
            self._models.reasons(segment, query, self._state, ranked)
        next(map(self.has_item, self._router.items), None)
        self._warm_up_state(now)

    def _warm_up_state(self, now_ms: int) -> None:
        """Apply interactions to a temporary state, twice, because late ones take another path."""
        state = State(self._state.parameters, Sizes(2, 3, 1, len(self._router.context)))
        users, items = np.array([0, 0, 1], np.int32), np.arange(3, dtype=np.int32)
        keys = np.zeros((3, len(self._router.context)), np.int32)
        for time_ms in (now_ms, now_ms, now_ms - 1):
            times = np.full(3, time_ms)
            state.apply(Interactions(users, items, times, np.ones(3, np.float32), keys))
        state.histories.get(0)

    def now_ms(self) -> int:
        """Return the current moment, ms UTC."""
        return self._clock.now_ms()

    def first_interaction_ms(self) -> int | None:
        """Return the time of the earliest first interaction of an item, ms UTC; None without any."""
        first = int(self._state.items.first_ms.min(initial=NEVER))
        return None if first == NEVER else first

    def finish_replay(self, newest_ms: int) -> None:
        """Drop all cached results; set a replay clock to the newest event, ms UTC."""
        self._state.clear_cache()
        self._cache.clear()
        self.switch_to_live_clock(newest_ms)
        if isinstance(self._clock, ReplayClock) and newest_ms > self.now_ms():
            self._clock = ReplayClock(newest_ms)

    def switch_to_live_clock(self, event_ms: int) -> bool:
        """Replace a replay clock by the wall clock if an event, ms UTC, can only be a live one.

        However often replayed data is restarted, its time is not later than the data's end plus the time
        since the release was made. A live event is later, and not ahead of the wall clock.

        Returns:
            Whether the clock has changed.
        """
        if not isinstance(self._clock, ReplayClock):
            return False
        wall_ms = WallClock().now_ms()
        if not wall_ms - self._replay_lag_ms + MAX_CLOCK_SKEW_MS < event_ms <= wall_ms + MAX_CLOCK_SKEW_MS:
            return False
        self._clock = WallClock()
        self._cache.clear()
        return True

    def has_item(self, item_id: str) -> bool:
        """Return whether the catalogue contains an item."""
        item = self._router.items.find(item_id)
        return item != UNKNOWN and item not in self._unreported

    def is_available(self, item_id: str) -> bool:
        """Return whether an item may be shown now: it is known and not hidden."""
        item = self._router.items.find(item_id)
        return item != UNKNOWN and item not in self._lists.hidden_items(self.now_ms())

    def has_interaction(self, user_id: str, item_id: str) -> bool:
        """Return whether a user has interacted with an item."""
        item = self._router.items.find(item_id)
        history, _, _ = self._state.histories.get(self._router.users.find(user_id))
        return item != UNKNOWN and item in history

    def position(self, item_id: str) -> int:
        """Return the position of an item that may be shown now, -1 for any other."""
        return self._router.items.find(item_id) if self.is_available(item_id) else UNKNOWN

    def history(self, user_id: str) -> tuple[list[str], LongArray]:
        """Return the ids of a user's items and the times of the interactions, ms UTC, oldest first."""
        items, times, _ = self._state.histories.get(self._router.users.find(user_id))
        return [self._router.items[item] for item in items.tolist()], times

    def active_since(self, moment_ms: int) -> BoolArray:
        """Return which users have interacted since a time, or were published as items since then.

        Only for domains whose users are items.

        Args:
            moment_ms: ms UTC.

        Returns:
            A mask by position.
        """
        last_ms = self._state.get_cached("last interactions", self.now_ms(), self._find_last_interactions)
        return np.maximum(last_ms, self._state.items.published_ms) >= moment_ms

    def _find_last_interactions(self) -> LongArray:
        """Return the time of each user's last interaction, ms UTC; -1 without any."""
        users = np.flatnonzero(self._state.histories.count_all()).astype(np.int32)
        last_ms = np.full(self.capacity, UNKNOWN, np.int64)
        owner, _, time_ms = self._state.histories.last(users, 1)
        last_ms[owner] = time_ms
        return last_ms

    @property
    def capacity(self) -> int:
        """The number of item positions, free ones included."""
        return self._router.items.capacity

    @property
    def free_positions(self) -> int:
        """The number of new items that can be added."""
        return self.capacity - len(self._router.items)

    def recommend(self, request: Request, eligible: Mask = None, explain: bool = False) -> Recommendation:
        """Return the recommendation list of a request.

        Args:
            request: the user, the context and the list wanted.
            eligible: mask over positions of the items that may be shown; None for all.
            explain: whether to return the contribution of each feature.
        """
        is_cacheable = self._cache.capacity and eligible is None and not explain
        key = self._router.cache_key(request, self._state) if is_cacheable else None
        if key is None:
            return self._recommend(request, self.now_ms(), eligible, explain)
        now = self.now_ms()
        if self._lists.availability.refresh(now):
            self._cache.clear()
        result = self._cache.get(key, self._state, now)
        if result is None:
            result = self._recommend(request, now)
            self._cache.put(key, now, result)
        return result

    def _recommend(
        self, request: Request, now_ms: int, eligible: Mask = None, explain: bool = False
    ) -> Recommendation:
        query = self._router.query(request, self._state, now_ms)
        segment = self._router.segment(query)
        ranked, fallback = self._lists.build(segment, query, request, eligible)
        explanations = self._models.explain(segment, query, self._state, ranked) if explain else ()
        reasons = map(self._reason_text, self._models.reasons(segment, query, self._state, ranked))
        ids = self._router.items
        items = [
            RecommendedItem(scored.item, ids[scored.item], scored.score, reason)
            for scored, reason in zip(ranked, reasons, strict=True)
        ]
        return Recommendation(segment.name, segment.model, items, fallback, explanations)

    def _reason_text(self, reason: Reason) -> str:
        source = "" if reason.source == UNKNOWN else self._router.items[reason.source]
        return f"{reason.name}:{source}" if source else reason.name

    def trending(self, request: Request, eligible: Mask = None) -> list[RecommendedItem]:
        """Return the most popular items now, within the request's context where that is known."""
        now, keys = self.now_ms(), self._router.context_keys(request.context)
        allowed = self._lists.allowed_mask(request, now, eligible)
        return self._with_ids(rank_trending(self._state, keys, now, request.n, allowed))

    def newest(self, n: int, eligible: Mask = None) -> tuple[list[RecommendedItem], int]:
        """Return the newest items by published time, undated ones last, and the number of all of them.

        Args:
            n: maximum number of items.
            eligible: mask over positions of the items that may be shown; None for all.
        """
        known = np.arange(len(self._router.items), dtype=np.int32)
        allowed = self._lists.allowed_mask(Request(None, n), self.now_ms(), eligible)
        items = known if allowed is None else known[allowed[: len(known)]]
        published = self._state.items.published_ms[items]
        best = top_items(items, published.astype(np.float64), n)
        times = self._state.items.published_ms[best].tolist()
        ranked = [ScoredItem(*pair, NEW) for pair in zip(best.tolist(), times, strict=True)]
        return self._with_ids(ranked), len(items)

    def similar(self, item_id: str, request: Request, eligible: Mask = None) -> list[RecommendedItem] | None:
        """Return the items most similar to an item; None for an item that is unknown or hidden."""
        item, now = self._router.items.find(item_id), self.now_ms()
        if item == UNKNOWN or item in self._lists.hidden_items(now):
            return None
        allowed = self._lists.allowed_mask(request, now, eligible)
        by_text = self._models.similar_items(item, allowed, request.n + 1)
        return self._with_ids(rank_similar(self._state, item, by_text, now, request.n, allowed))

    def find_by_text(self, query: FieldVectors, n: int, eligible: Mask = None) -> list[RecommendedItem]:
        """Return the items whose texts are most similar to a query, most similar first.

        Args:
            query: the unit vector of each field; see `TextIndex.search`.
            n: maximum number of items.
            eligible: mask over positions of the items that may be shown; None for all.
        """
        if self.texts is None:
            return []
        allowed = self._lists.allowed_mask(Request(None, n), self.now_ms(), eligible)
        found = self.texts.search(query, n, allowed)
        scored = zip(found.ids.tolist(), found.scores.tolist(), strict=True)
        return self._with_ids([ScoredItem(item, score, CONTENT) for item, score in scored])

    def find_text(self, item_id: str) -> FieldVectors | None:
        """Return the vectors of an item's text; None for an item that is unknown, or has no text."""
        item = self._router.items.find(item_id)
        return None if self.texts is None or item == UNKNOWN else self.texts.find(item)

    def _with_ids(self, ranked: Sequence[ScoredItem]) -> list[RecommendedItem]:
        ids = self._router.items
        return [RecommendedItem(item, ids[item], score, reason) for item, score, reason in ranked]

    def user_profile(self, user_id: str) -> UserProfile | None:
        """Return what the state contains about a user; None for an unknown user."""
        if self._router.users.find(user_id) == UNKNOWN:
            return None
        query = self._router.query(Request(user_id), self._state, self.now_ms())
        segment, ids = self._router.segment(query), self._router.items
        last = zip(query.history[-_RECENT:].tolist(), query.times[-_RECENT:].tolist(), strict=True)
        # An erased item has no id any more.
        recent = [(item, ids[item], time) for item, time in last if ids[item]][::-1]
        cluster = self._models.cluster(segment, query, self._state)
        return UserProfile(segment.name, segment.model, query.user_type, cluster, len(query.history), recent)
