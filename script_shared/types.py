"""The values that pass between the parts: requests, queries, scored items."""

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
Arrays = Mapping[str, npt.NDArray[np.generic]]

NO_ITEMS: IntArray = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks for, in the publisher's own ids.

    Attributes:
        user_id: the reader, or None for one without an id.
        n: how many items are wanted.
        user_type: login state sent with the request; overrides what the data says.
        context: context columns of the domain and their values, e.g. region → "20".
        recent_items: items just interacted with, oldest first, for readers without an id.
        diversity: from 0, the most relevant items, to 1, items of different kinds.
        exclude: items that are not to be named.
        max_age_hours: items published longer ago, or nobody knows when, are not named; None for all.
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
    """One interaction that has just happened, in the publisher's own ids; a tuple, since they are many.

    Attributes:
        user_id, item_id: whose, and of what.
        time_ms: when, ms UTC.
        weight: how strong, 1 = average.
        context: context columns of the domain and their values.
        user_type: login state, None when unknown.
    """

    user_id: str
    item_id: str
    time_ms: int
    weight: float = 1.0
    context: Mapping[str, str] = MappingProxyType({})
    user_type: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """What a segment's rule may look at.

    Attributes:
        user_type: login state, None when unknown.
        reads: how many interactions are known.
    """

    user_type: str | None
    interactions: int


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Query:
    """A request resolved against a state: ids have become positions in its vocabularies.

    Attributes:
        user: position of the reader, -1 when unknown.
        user_type: login state, None when unknown.
        keys: one context key a context column of the domain, -1 where unknown.
        history: items interacted with, oldest first, repeats included.
        times: when, in ms UTC; as long as `history`.
        weights: how strong each interaction was, 1 = average; as long as `history`.
        now_ms: the moment of the query, ms UTC.
    """

    user: int
    user_type: str | None
    keys: tuple[int, ...]
    history: IntArray
    times: LongArray
    weights: FeatureArray
    now_ms: int

    def after(self, items: IntArray) -> Query:
        """Return the same query with more items read just now."""
        return replace(
            self,
            history=np.concatenate([self.history, items]),
            times=np.concatenate([self.times, np.full(len(items), self.now_ms)]),
            weights=np.concatenate([self.weights, np.ones(len(items), np.float32)]),
        )


class ScoredItem(NamedTuple):
    """One recommended item: its position in the vocabulary, its score and the part that named it first."""

    item: int
    score: float
    reason: str
