"""The segments' models over one state: what the service answers, in positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from script_shared.inference.exploration import FRESH
from script_shared.inference.fallback import CATALOGUE as FILLED
from script_shared.inference.fallback import Fallback, fill
from script_shared.models.base import Recommender, best
from script_shared.models.reasons import CATALOGUE, NEW, TRENDING, Reason
from script_shared.segments import Segment
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, Query, ScoredItem

#: Items that no model ranked.
_ORIGINS = {FRESH: Reason(NEW), FILLED: Reason(CATALOGUE)}


class SegmentModels:
    """The segments' models over one state: what the service answers, in positions.

    Args:
        models: by segment.
        newest: all items of the catalogue, newest first.
    """

    def __init__(self, models: Mapping[str, Recommender], newest: IntArray) -> None:
        self._models, self._newest = models, newest

    def rank(
        self, segment: Segment, query: Query, state: State, n: int, allowed: BoolArray | None = None
    ) -> tuple[list[ScoredItem], int]:
        """Return the list for a query, and how many of its items came from a fallback.

        Args:
            segment: whose model ranks.
            query: who asked.
            state: as of now.
            n: how many are wanted.
            allowed: by position, which items may be named; None for all.
        """
        own = self._own(self._models[segment.name], query, state, n, allowed)
        if len(own) >= n:
            return own, 0
        others = [model for name, model in self._models.items() if name != segment.name]
        filled = fill(own, query, state, n, Fallback(others, self._newest, allowed))
        return filled, len(filled) - len(own)

    def _own(
        self, model: Recommender, query: Query, state: State, n: int, allowed: BoolArray | None
    ) -> list[ScoredItem]:
        if allowed is None:
            return list(model.recommend(query, state, n))
        everything = model.recommend(query, state, state.sizes.items)
        return [each for each in everything if allowed[each.item]][:n]

    def order(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return items by how well they suit the reader, as far as a model can tell; ties as given."""
        for model in self._models.values():
            if (suits := model.content_scores(query, state, items)) is not None:
                return best(items, suits, len(items))
        return items

    def reasons(
        self, segment: Segment, query: Query, state: State, ranked: Sequence[ScoredItem]
    ) -> list[Reason]:
        """Say of each item of a list that has just been ranked why it is there."""
        items = np.array([each.item for each in ranked], np.int32)
        found = self._models[segment.name].reasons(query, state, items)
        for name, model in self._models.items():
            if name != segment.name and None in found:
                others = model.reasons(query, state, items)
                found = [one or other for one, other in zip(found, others, strict=True)]
        pairs = zip(ranked, found, strict=True)
        return [_ORIGINS.get(item.reason) or reason or Reason(TRENDING) for item, reason in pairs]

    def explain(
        self, segment: Segment, query: Query, state: State, ranked: Sequence[ScoredItem]
    ) -> list[Mapping[str, float]]:
        """Say of each item what its features add to its weight, as the segment's model weighs them."""
        items = np.array([each.item for each in ranked], np.int32)
        return self._models[segment.name].explain(query, state, items)

    def cluster(self, segment: Segment, query: Query, state: State) -> int | None:
        """Return the cluster in which the segment's model sees the reader, None where it sees none."""
        return self._models[segment.name].cluster(query, state)

    def similar_items(self, item: int, allowed: BoolArray | None, n: int) -> IntArray:
        """Return the items whose texts are closest to that of an item, by the first model that knows."""
        for model in self._models.values():
            if len(found := model.similar_items(item, allowed, n)):
                return found
        return NO_ITEMS

    def learn(self, items: IntArray, vectors: FeatureArray) -> None:
        """Take in what the texts of items are about, and those that are new."""
        for model in self._models.values():
            model.add_item_vectors(items, vectors)
        new = items[~np.isin(items, self._newest)]
        self._newest = np.concatenate([new[::-1].astype(np.int32), self._newest])
