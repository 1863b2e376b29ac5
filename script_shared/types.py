"""Array types, and the values passed between modules: requests, queries, scored items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer[Any]]
LongArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
FeatureArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
#: Which items a list may contain, by position; None for all items.
Mask = BoolArray | None
Arrays = Mapping[str, npt.NDArray[np.generic]]

NO_ITEMS: IntArray = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Request:
    """A client's request for recommendations, with the client's ids.

    Attributes:
        user_id: None for a user without an id.
        n: number of items to return.
        user_type: login state; overrides the one in the data.
        context: values by context column of the domain, e.g. region → "20".
        recent_items: ids of the latest items interacted with, oldest first, for users without an id.
        diversity: from 0, the most relevant items, to 1, the most diverse.
        exclude: ids of items that are not recommended.
        max_age_hours: maximum time since publication; leaves out items without a published time. None for
            no limit.
    """

    user_id: str | None
    n: int = 10
    user_type: str | None = None
    context: Mapping[str, str] = field(default_factory=dict)
    recent_items: tuple[str, ...] = ()
    diversity: float = 0.0
    exclude: tuple[str, ...] = ()
    max_age_hours: float | None = None


class Interaction(NamedTuple):
    """A live interaction, with the client's ids; a tuple, because creating one must be cheap.

    Attributes:
        user_id, item_id: who interacted with what.
        time_ms: time, ms UTC.
        weight: engagement, 1 = average.
        context: values by context column of the domain.
        user_type: login state, None where unknown.
    """

    user_id: str
    item_id: str
    time_ms: int
    weight: float = 1.0
    context: Mapping[str, str] = MappingProxyType({})
    user_type: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """The attributes of a user by which segments accept users.

    Attributes:
        user_type: login state, None where unknown.
        interactions: number of known interactions.
    """

    user_type: str | None
    interactions: int


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Query:
    """A request with ids replaced by positions in the vocabularies, and the user's n interactions.

    Attributes:
        user: position of the user, -1 where unknown.
        user_type: login state, None where unknown.
        keys: one context key per context column of the domain, -1 where unknown.
        history: items interacted with, oldest first, repeats included, shape (n,).
        times: of the interactions, ms UTC, shape (n,).
        weights: of the interactions, 1 = average, shape (n,).
        now_ms: time of the query, ms UTC.
    """

    user: int
    user_type: str | None
    keys: tuple[int, ...]
    history: IntArray
    times: LongArray
    weights: FeatureArray
    now_ms: int

    def extend(self, items: IntArray) -> Query:
        """Return the query with further interactions with `items` at the time of the query."""
        return replace(
            self,
            history=np.concatenate([self.history, items]),
            times=np.concatenate([self.times, np.full(len(items), self.now_ms)]),
            weights=np.concatenate([self.weights, np.ones(len(items), np.float32)]),
        )


class ScoredItem(NamedTuple):
    """A recommended item.

    Attributes:
        item: position in the vocabulary of items.
        score: comparable within one list only.
        reason: name of the component that retrieved the item first.
    """

    item: int
    score: float
    reason: str
