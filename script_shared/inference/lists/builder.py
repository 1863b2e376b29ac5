"""Builds the ranked list of a request: filters, fallback, diversity and exploration."""

from __future__ import annotations

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.inference.lists.availability import Availability
from script_shared.inference.lists.exploration import insert_new_items
from script_shared.inference.lists.reranking import POOL, category_similarity, diversify
from script_shared.inference.segment_models import SegmentModels
from script_shared.models.components.cold_start_items import ColdStartItems
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.types import BoolArray, IntArray, Mask, Query, Request, ScoredItem
from script_shared.vocabulary import GrowingVocabulary

#: Number of extra items to rank where hidden items must be removed; usually enough.
_SPARE = 20


class ListBuilder:
    """Builds ranked lists of positions and the masks of the items that may be shown.

    Args:
        models: the segments' models.
        state: current state.
        items: the vocabulary of items.

    Attributes:
        availability: which items must not be shown.
        new_items: items that the exploration may insert.
    """

    def __init__(self, models: SegmentModels, state: State, items: GrowingVocabulary) -> None:
        self._models, self._state, self._items = models, state, items
        self.availability = Availability(state.items.published_ms)
        self.new_items = ColdStartItems()

    def build(
        self, segment: Segment, query: Query, request: Request, eligible: Mask
    ) -> tuple[list[ScoredItem], int]:
        """Return the list of a request, and how many of its items came from the fallback.

        Args:
            segment: the segment of the query.
            query: the resolved request.
            request: length, diversity and filters of the list.
            eligible: mask over positions of the items that pass the caller's filters; None for all.
        """
        allowed = self._filter_mask(request, query.now_ms, eligible)
        n = max(request.n, POOL) if request.diversity else request.n
        ranked, fallback = self._rank(segment, query, n, allowed)
        if request.diversity:
            from_fallback = ranked[len(ranked) - fallback :]
            similarity = category_similarity(self._state.items.category)
            ranked = diversify(ranked, request.n, request.diversity, similarity)
            fallback = sum(scored in from_fallback for scored in ranked)
        new_items = self.new_items.newest(self._state, query.now_ms)
        if not len(new_items):
            return ranked, fallback
        unseen = new_items[~np.isin(new_items, query.history)]
        unseen = unseen[~np.isin(unseen, self.availability.hidden)]
        shown = unseen if allowed is None else unseen[allowed[unseen]]
        ordered = self._models.order_by_content(query, self._state, shown)
        return insert_new_items(ranked, ordered.tolist(), request.n), fallback

    def _rank(self, segment: Segment, query: Query, n: int, allowed: Mask) -> tuple[list[ScoredItem], int]:
        """Rank items without the hidden ones, which a mask in `allowed` excludes already."""
        hidden = self.hidden_items(query.now_ms)
        if allowed is not None or not len(hidden):
            return self._models.rank(segment, query, self._state, n, allowed)
        ranked, fallback = self._models.rank(segment, query, self._state, n + _SPARE)
        hidden_set = frozenset(hidden.tolist())
        kept = [place for place, scored in enumerate(ranked) if scored.item not in hidden_set][:n]
        if len(kept) == n or len(ranked) < n + _SPARE:
            first_fallback = len(ranked) - fallback
            return [ranked[place] for place in kept], sum(place >= first_fallback for place in kept)
        mask = np.ones(self._items.capacity, np.bool_)
        mask[hidden] = False
        return self._models.rank(segment, query, self._state, n, mask)

    def hidden_items(self, now_ms: int) -> IntArray:
        """Return the items that must not be shown now."""
        self.availability.refresh(now_ms)
        return self.availability.hidden

    def allowed_mask(self, request: Request, now_ms: int, eligible: Mask) -> Mask:
        """Return the mask of the items that pass all filters and are not hidden; None for all items."""
        if len(self.hidden_items(now_ms)):
            return self._mask(request, now_ms, eligible)
        return self._filter_mask(request, now_ms, eligible)

    def _filter_mask(self, request: Request, now_ms: int, eligible: Mask) -> Mask:
        """Return the mask of a request with filters, hidden items excluded; None without filters."""
        if eligible is None and not request.exclude and request.max_age_hours is None:
            return None
        return self._mask(request, now_ms, eligible)

    def _mask(self, request: Request, now_ms: int, eligible: Mask) -> BoolArray:
        allowed = np.ones(self._items.capacity, np.bool_) if eligible is None else eligible.copy()
        allowed[self.hidden_items(now_ms)] = False
        allowed[self._items.find_all(request.exclude)] = False
        if request.max_age_hours is not None:
            allowed &= self._state.items.published_ms >= now_ms - request.max_age_hours * MS_PER_HOUR
        return allowed
