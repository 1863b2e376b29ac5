"""The contracts that every component and every recommender keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from script_shared.bundle import Bundle
from script_shared.dataset import Dataset
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, IntArray, Query, Reader, ScoredItem


class Recommender(ABC):
    """Ranks items for a query.

    What it learned is its own; what changes with every interaction is the `State`, passed in.
    It gives and takes what it learned as arrays and JSON, and knows nothing of files.
    """

    @abstractmethod
    def fit(self, dataset: Dataset, serves: Callable[[Reader], bool]) -> None:
        """Learn from `dataset` how to rank for the readers that the model `serves`."""

    @abstractmethod
    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return at most `n` distinct items, best first, none of them in the query's history.

        The answer depends on the arguments alone.
        """

    def dump(self) -> Bundle:
        """Return what was learned."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""


class Component(ABC):
    """One view of how well an item suits a reader: it names items and describes them by features."""

    #: Names the component in reasons, parameters and ablations.
    name: ClassVar[str]

    def fit(self, dataset: Dataset, state: State) -> None:
        """Learn from `dataset`, of which `state` is the fold up to the same moment; nothing by default."""

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return at most `n` distinct items worth ranking, best first; none by default."""
        return NO_ITEMS

    @abstractmethod
    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Describe `items` for the query: one row an item, one column a name of `feature_names`."""

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""

    def dump(self) -> Bundle:
        """Return what was learned."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""
