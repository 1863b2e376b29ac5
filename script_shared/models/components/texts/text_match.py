"""Text match of a query's own item with items of the other kind, for domains whose users are items."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.models.base import Component
from script_shared.models.components.texts.own_texts import OwnTexts
from script_shared.models.reasons import FOLLOWS_ITEM
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, IntArray, Query
from script_shared.vocabulary import UNKNOWN


class TextMatch(Component):
    """Cosine of the texts of the query's own item and of an item, and how active the item is as a user.

    Args:
        texts: the text vectors; this component fits, stores and loads them for all that share them.
    """

    name: ClassVar[str] = "text_match"
    reason: ClassVar[str] = FOLLOWS_ITEM
    cold_start: ClassVar[bool] = True
    uses_texts: ClassVar[bool] = True
    feature_names = ("text_match", "has_text", "interactions")

    def __init__(self, texts: OwnTexts) -> None:
        self._texts = texts

    def fit(self, dataset: Dataset, state: State) -> None:
        """Store the text vectors."""
        self._texts.fit(dataset)

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the vectors of new and changed items."""
        self._texts.add(items, vectors)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items of the other kind with the most similar texts."""
        if query.user == UNKNOWN or not self._texts.has_text(query.user):
            return NO_ITEMS
        return self._texts.nearest_of_other_kinds(query, state, n)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the cosine, whether the item has a text, and the log of its own interactions as a user."""
        out[:] = 0.0
        if query.user != UNKNOWN and self._texts.has_text(query.user):
            out[:, 0] = self._texts.cosines(query.user, items)
        out[:, 1] = self._texts.have_text(items)
        counts = state.get_cached("interactions of users", query.now_ms, state.histories.count_all)
        out[:, 2] = np.log1p(counts[items])

    def dump(self) -> Bundle:
        """Return the text vectors."""
        return self._texts.dump()

    def load(self, bundle: Bundle) -> None:
        """Restore the text vectors."""
        self._texts.load(bundle)
