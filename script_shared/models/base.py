"""The contracts that every component and every recommender keeps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from weakref import ref

import numpy as np
import numpy.typing as npt

from script_shared.arrays import Bundle
from script_shared.dataset import Dataset
from script_shared.jit import jit_compiled, jit_compiled_sums
from script_shared.models.reasons import TRENDING, Reason
from script_shared.state.state import State
from script_shared.types import (
    NO_ITEMS,
    BoolArray,
    FeatureArray,
    FloatArray,
    IntArray,
    Query,
    ScoredItem,
    User,
)
from script_shared.vocabulary import UNKNOWN

T = TypeVar("T")

#: Rows by which a table grows.
ROOM = 1_000
#: What drifts over hours and costs tens of milliseconds is worked out anew so much less often than
#: lists are: with those every half second, every five minutes.
DRIFTS = 600.0


class Recommender(ABC):
    """Ranks items for a query.

    What it learned is its own; what changes with every interaction is the `State`, passed in.
    It gives and takes what it learned as arrays and JSON, and knows nothing of files.
    """

    @abstractmethod
    def fit(self, dataset: Dataset, serves: Callable[[User], bool]) -> None:
        """Learn from `dataset` how to rank for the readers that the model `serves`."""

    @abstractmethod
    def recommend(self, query: Query, state: State, n: int) -> Sequence[ScoredItem]:
        """Return at most `n` distinct items, best first, none of them in the query's history.

        The answer depends on the arguments alone.
        """

    def content_scores(self, query: Query, state: State, items: IntArray) -> FeatureArray | None:
        """Return how well items suit the query by what they are about; None where it cannot tell."""
        return None

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Take in what the texts of some items are about; no item of these need be known."""

    def similar_items(self, item: int, allowed: BoolArray | None, n: int) -> IntArray:
        """Return at most `n` items whose texts are close to that of one, the closest first; none by default.

        Args:
            item: position; it may be among those returned.
            allowed: by position, which items may be named; None for all.
            n: how many are wanted.
        """
        return NO_ITEMS

    def explain(self, query: Query, state: State, items: IntArray) -> list[Mapping[str, float]]:
        """Say of each item what its features add to its weight; nothing by default."""
        return [{} for _ in items]

    def reasons(self, query: Query, state: State, items: IntArray) -> list[Reason | None]:
        """Say of each item why it was recommended; None for items that the last list did not rank.

        Args:
            query: that of the last call of `recommend`, the same object.
            state: as it was then.
            items: distinct positions.
        """
        return [None] * len(items)

    def cluster(self, query: Query, state: State) -> int | None:
        """Return which of its clusters of readers the query's belongs to; None by default."""
        return None

    def dump(self) -> Bundle:
        """Return what was learned."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""


class Component(ABC):
    """One view of how well an item suits a reader: it names items and describes them by features."""

    #: Names the component in reasons, parameters and ablations.
    name: ClassVar[str]
    #: Whether its features say how well an item suits a reader before anybody has read it.
    cold_start: ClassVar[bool] = False
    #: Whether it finds items by their texts: a blend keeps it for that even where it harms the ranking.
    uses_texts: ClassVar[bool] = False
    #: Why an item is listed for which its features speak most.
    reason: ClassVar[str] = TRENDING
    #: Features that speak for an item by a low value; all others do by a high one.
    descending: ClassVar[tuple[str, ...]] = ()
    #: Whether its features are logarithms: they are taken of many columns at once.
    log_features: ClassVar[bool] = False

    def fit(self, dataset: Dataset, state: State) -> None:
        """Learn from `dataset`, of which `state` is the fold up to the same moment; nothing by default."""

    def add_item_vectors(self, items: IntArray, vectors: FeatureArray) -> None:
        """Take in what the texts of some items are about; nothing by default.

        Args:
            items: distinct positions, also such as the component has not seen.
            vectors: a row an item, in the space in which the component learned.
        """

    def similar_items(self, item: int, allowed: BoolArray | None, n: int) -> IntArray:
        """Return items whose texts are close to that of one; see `Recommender.similar_items`."""
        return NO_ITEMS

    def cluster(self, query: Query, state: State) -> int | None:
        """Return which of its clusters of readers the query's belongs to; None by default."""
        return None

    def sources(self, query: Query, state: State, items: IntArray) -> IntArray:
        """Return the read from which each item follows, `UNKNOWN` where there is none; none by default."""
        return np.full(len(items), UNKNOWN, np.int32)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return at most `n` distinct items worth ranking, best first; none by default."""
        return NO_ITEMS

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Describe `items` for the query: one row an item, one column a name of `feature_names`."""
        told = table_of(len(items), len(self.feature_names))
        self.fill(query, state, items, told)
        return np.log(told, out=told) if self.log_features else told

    @abstractmethod
    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the features into `told`, one row an item, which holds anything before.

        Where the component `log_features`, what is written is what the features are logarithms of.
        """

    @property
    @abstractmethod
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""

    def dump(self) -> Bundle:
        """Return what was learned."""
        return Bundle()

    def load(self, bundle: Bundle) -> None:
        """Take back what `dump` returned."""


class QueryCache(Generic[T]):
    """The last thing worked out for a query: retrieving and describing ask for it in turn."""

    def __init__(self) -> None:
        self._last: tuple[ref[Query], ref[State], int, T] | None = None

    def get(self, query: Query, state: State, make: Callable[[Query, State], T]) -> T:
        """Return what `make` gives for this query and this version of the state."""
        last = self._last
        if last is None or last[0]() is not query or last[1]() is not state or last[2] != state.version:
            last = (ref(query), ref(state), state.version, make(query, state))
            self._last = last
        return last[3]

    def forget(self) -> None:
        """Let the last thing go."""
        self._last = None


class PoolCache:
    """Rows of a table for the items most read, gathered once while these and the table are the same."""

    def __init__(self) -> None:
        self._last: tuple[object, int, object, npt.NDArray[Any]] | None = None

    def get(self, table: object, items: IntArray, make: Callable[[IntArray], npt.NDArray[Any]]) -> Any:
        """Return what `make` gives for the head of a list that `State.most_popular` keeps."""
        last, source = self._last, items.base
        if source is None:
            return make(items)
        if last is None or last[0] is not source or last[1] != len(items) or last[2] is not table:
            last = self._last = source, len(items), table, make(items)
        return last[3]

    def forget(self) -> None:
        """Let the rows go."""
        self._last = None


def table_of(items: int, columns: int) -> FeatureArray:
    """Return room for features, one row an item; a column lies side by side in memory."""
    return np.empty((columns, items), np.float32).T


@jit_compiled
def best(items: IntArray, scores: npt.NDArray[np.floating[Any]], n: int) -> IntArray:
    """Return the `n` items with the highest scores, best first, ties in the order given."""
    return items[best_places(scores, n)]


@jit_compiled
def best_places(scores: npt.NDArray[np.floating[Any]], most: int) -> IntArray:
    """Return the places of the highest scores, best first, ties in order.

    One score after the other is inserted into a list of the best: most stay outside.
    """
    n = min(most, len(scores))
    places, held = np.empty(n, np.int64), 0
    for at in range(len(scores)):
        if n == 0 or (held == n and not scores[at] > scores[places[n - 1]]):
            continue
        to = min(held, n - 1)
        held = min(held + 1, n)
        while to > 0 and scores[at] > scores[places[to - 1]]:
            places[to] = places[to - 1]
            to -= 1
        places[to] = at
    return places


@jit_compiled
def weigh(table: FeatureArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sum of each row of a table whose columns lie side by side."""
    sums = np.zeros(len(table))
    for column in range(len(weights)):
        for row in range(len(table)):
            sums[row] += weights[column] * table[row, column]
    return sums


@jit_compiled_sums
def dot(one: FeatureArray, other: FeatureArray) -> float:
    """Return the dot product of two rows."""
    total = np.float32(0.0)
    for column in range(len(other)):
        total += one[column] * other[column]
    return float(total)


@jit_compiled
def closest(items: IntArray, rows: FeatureArray, vector: FeatureArray, n: int) -> IntArray:
    """Return the `n` items whose rows have the highest dot products with a vector, best first."""
    products = np.empty(len(items), np.float32)
    for at in range(len(items)):
        products[at] = dot(rows[at], vector)
    return best(items, products, n)


def rows_of(table: npt.NDArray[Any], positions: IntArray) -> npt.NDArray[Any]:
    """Return rows of what was learned of each item; zeros for items that came after."""
    if not len(table):
        return np.zeros((len(positions), *table.shape[1:]), table.dtype)
    beyond = positions >= len(table)
    if not beyond.any():
        return table[positions]
    rows = table[np.where(beyond, 0, positions)]
    rows[beyond] = 0
    return rows


def with_room(table: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """Return a table of at least so many rows, zeros behind its own; room is made a thousand at a time."""
    if rows <= len(table):
        return table
    beyond = -(-(rows - len(table)) // ROOM) * ROOM
    return np.concatenate([table, np.zeros((beyond, *table.shape[1:]), table.dtype)])
