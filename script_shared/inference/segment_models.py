"""The models of all segments, with fallback; works on positions, not ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from script_shared.inference.lists.exploration import EXPLORATION
from script_shared.inference.lists.fallback import CATALOGUE as FALLBACK_CATALOGUE
from script_shared.inference.lists.fallback import Fallback, fill_list
from script_shared.models.base import Recommender
from script_shared.models.kernels import top_items
from script_shared.models.reasons import CATALOGUE, NEW, TRENDING, Reason
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, IntArray, Mask, Query, ScoredItem

#: Reasons of items that no model ranked.
_REASONS = {EXPLORATION: Reason(NEW), FALLBACK_CATALOGUE: Reason(CATALOGUE)}


class SegmentModels:
    """Ranks items by the model of a segment and fills short lists from the others.

    Args:
        models: by segment.
        newest: all items of the catalogue, newest first.
    """

    def __init__(self, models: Mapping[str, Recommender], newest: IntArray) -> None:
        self._models, self._newest = models, newest

    def rank(
        self, segment: Segment, query: Query, state: State, n: int, allowed: Mask = None
    ) -> tuple[list[ScoredItem], int]:
        """Return the list of a query, and how many of its items came from the fallback.

        Args:
            segment: the segment whose model ranks.
            query: the query.
            state: current state.
            n: length of the list.
            allowed: mask over positions of the items that may be shown; None for all.
        """
        ranked = self._recommend(self._models[segment.name], query, state, n, allowed)
        if len(ranked) >= n:
            return ranked, 0
        others = [model for name, model in self._models.items() if name != segment.name]
        filled = fill_list(ranked, query, state, n, Fallback(others, self._newest, allowed))
        return filled, len(filled) - len(ranked)

    def _recommend(
        self, model: Recommender, query: Query, state: State, n: int, allowed: Mask
    ) -> list[ScoredItem]:
        if allowed is None:
            return list(model.recommend(query, state, n))
        return model.recommend_allowed(query, state, n, allowed)

    def order_by_content(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return items by the content scores of the first model that has any; ties keep their order."""
        for model in self._models.values():
            if (scores := model.content_scores(query, state, items)) is not None:
                return top_items(items, scores, len(items))
        return items

    def reasons(
        self, segment: Segment, query: Query, state: State, ranked: Sequence[ScoredItem]
    ) -> list[Reason]:
        """Return the reason of each item of the list that was ranked last."""
        items = np.array([scored.item for scored in ranked], np.int32)
        found = self._models[segment.name].reasons(query, state, items)
        for name, model in self._models.items():
            if name != segment.name and None in found:
                others = model.reasons(query, state, items)
                found = [first or second for first, second in zip(found, others, strict=True)]
        pairs = zip(ranked, found, strict=True)
        return [_REASONS.get(scored.reason) or reason or Reason(TRENDING) for scored, reason in pairs]

    def explain(
        self, segment: Segment, query: Query, state: State, ranked: Sequence[ScoredItem]
    ) -> list[Mapping[str, float]]:
        """Return the contribution of each feature to each item's score, by the segment's model."""
        items = np.array([scored.item for scored in ranked], np.int32)
        return self._models[segment.name].explain(query, state, items)

    def cluster(self, segment: Segment, query: Query, state: State) -> int | None:
        """Return the user's cluster by the segment's model, None where it has none."""
        return self._models[segment.name].cluster(query, state)

    def similar_items(self, item: int, allowed: Mask, n: int) -> IntArray:
        """Return the items most similar by text, from the first model that finds any."""
        for model in self._models.values():
            if len(found := model.similar_items(item, allowed, n)):
                return found
        return NO_ITEMS

    def add_items(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the text vectors of new and changed items; new ones become the newest of the catalogue."""
        for model in self._models.values():
            model.add_item_vectors(items, vectors)
        new = items[~np.isin(items, self._newest)]
        self._newest = np.concatenate([new[::-1].astype(np.int32), self._newest])
