"""The interfaces of recommenders and of their components."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.models.kernels import empty_features
from script_shared.models.reasons import TRENDING, Reason
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, BoolArray, FeatureArray, IntArray, Mask, Query, ScoredItem, User
from script_shared.vocabulary import UNKNOWN


class Recommender(ABC):
    """Ranks items for a query.

    A recommender stores what it learned in training. Everything that changes with each interaction is in
    the `State`, which callers pass in. It exports and imports arrays and JSON and does no file access.
    """

    @abstractmethod
    def fit(self, dataset: Dataset, accepts: Callable[[User], bool]) -> None:
        """Learn from a data set how to rank for the users of one segment.

        Args:
            dataset: interactions and items up to `dataset.as_of_ms`.
            accepts: whether a user belongs to the segment.
        """

    @abstractmethod
    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return at most `n` distinct items, best first, without those of the query's history.

        The result depends on the arguments alone.
        """

    def recommend_allowed(self, query: Query, state: State, n: int, allowed: BoolArray) -> list[ScoredItem]:
        """Return the first `n` items of the whole list that a mask over positions allows."""
        ranked = self.recommend(query, state, state.sizes.items)
        return [scored for scored in ranked if allowed[scored.item]][:n]

    def content_scores(self, query: Query, state: State, items: IntArray) -> FeatureArray | None:
        """Return one score an item from content features alone; None where the model has none."""
        return None

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the text vectors of items, which may be new."""

    def similar_items(self, item: int, allowed: Mask, n: int) -> IntArray:
        """Return at most `n` items by text similarity to an item, most similar first; none by default.

        Args:
            item: position; it may be among the results.
            allowed: mask over positions of the items that may be returned; None for all.
            n: maximum number of results.
        """
        return NO_ITEMS

    def explain(self, query: Query, state: State, items: IntArray) -> list[Mapping[str, float]]:
        """Return, for each item, the contribution of each feature to its score; empty by default."""
        return [{} for _ in items]

    def reasons(self, query: Query, state: State, items: IntArray) -> list[Reason | None]:
        """Return why each item was recommended; None for items that the last list did not rank.

        Args:
            query: the object of the last call of `recommend`.
            state: unchanged since that call.
            items: distinct positions.
        """
        return [None] * len(items)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the query's user cluster; None by default."""
        return None

    def dump(self) -> Bundle:
        """Return the learned parameters."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Restore the learned parameters from the result of `dump`."""


class Component(ABC):
    """One signal of a two-stage recommender: retrieves candidate items and computes features of items."""

    #: Identifies the component in reasons, parameters and ablations.
    name: ClassVar[str]
    #: Whether the features are informative for items without interactions.
    cold_start: ClassVar[bool] = False
    #: Whether `similar_items` works on texts; such a component is fitted even where the ranking drops it.
    uses_texts: ClassVar[bool] = False
    #: The reason shown for an item whose score comes mostly from this component.
    reason: ClassVar[str] = TRENDING
    #: Features of which a low value favours an item; of all others a high value does.
    descending: ClassVar[tuple[str, ...]] = ()
    #: Whether the caller takes the logarithm of what `write_features` writes.
    log_features: ClassVar[bool] = False

    def fit(self, dataset: Dataset, state: State) -> None:
        """Learn from a data set and its state at the same moment; nothing by default."""

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the text vectors of items; nothing by default.

        Args:
            items: distinct positions, which may be new to the component.
            vectors: shape (items, dimensions), in the text space of the training data.
        """

    def similar_items(self, item: int, allowed: Mask, n: int) -> IntArray:
        """Return items by text similarity to an item; see `Recommender.similar_items`."""
        return NO_ITEMS

    def cluster(self, query: Query, state: State) -> int | None:
        """Return the query's user cluster; None by default."""
        return None

    def source_items(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the history item that led to each item, `UNKNOWN` where there is none."""
        return np.full(len(items), UNKNOWN, np.int32)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return at most `n` distinct items worth ranking, best first; none by default."""
        return NO_ITEMS

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return the features of items for a query, shape (items, feature names)."""
        out = empty_features(len(items), len(self.feature_names))
        self.write_features(query, state, items, out)
        return np.log(out, out=out) if self.log_features else out

    @abstractmethod
    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Overwrite `out`, shape (items, feature names), with the features of items for a query.

        Where `log_features` is set, the values written are the arguments of the logarithm.
        """

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """The columns of `features`."""

    def dump(self) -> Bundle:
        """Return the learned parameters."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Restore the learned parameters from the result of `dump`."""
