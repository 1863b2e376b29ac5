"""Resolves requests into queries and routes queries to segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from script_shared.dataset import Dataset
from script_shared.inference.result_cache import CacheKey
from script_shared.segments import Segment, assign_segment
from script_shared.state.state import State
from script_shared.types import Query, Request, User
from script_shared.vocabulary import UNKNOWN, GrowingVocabulary


@dataclass(frozen=True, slots=True)
class Router:
    """Maps ids to positions and users to segments.

    Attributes:
        users, items, keys: vocabularies.
        context: context columns, in the order of a query's keys.
        user_types: login state by user position, None where unknown.
        segments: in the order in which they are tried.
    """

    users: GrowingVocabulary
    items: GrowingVocabulary
    keys: GrowingVocabulary
    context: tuple[str, ...]
    user_types: npt.NDArray[np.object_]
    segments: Sequence[Segment]

    @property
    def users_are_items(self) -> bool:
        """Whether users and items share one vocabulary, so that a user has the position of its item."""
        return self.users is self.items

    @classmethod
    def from_dataset(cls, dataset: Dataset, segments: Sequence[Segment]) -> Router:
        """Return a router over the vocabularies of a data set; it accepts no new users or items."""
        users, items = GrowingVocabulary(dataset.users, 0), GrowingVocabulary(dataset.items, 0)
        keys = GrowingVocabulary(dataset.keys, 0)
        return cls(users, items, keys, dataset.context, dataset.user_types, segments)

    def query(self, request: Request, state: State, now_ms: int) -> Query:
        """Resolve a request; unknown ids and context values are left out."""
        user, user_type = self._resolve_user(request)
        keys = self.context_keys(request.context)
        query = state.query(user, now_ms, keys=keys, user_type=user_type)
        return query.extend(self.items.find_all(request.recent_items)) if request.recent_items else query

    def cache_key(self, request: Request, state: State) -> CacheKey | None:
        """Return the cache key of a request; None for requests that are unlikely to be repeated."""
        if request.recent_items or request.exclude or request.max_age_hours is not None:
            return None
        user, user_type = self._resolve_user(request)
        key = user, user_type, self.context_keys(request.context), request.n, request.diversity
        return CacheKey(key, state.histories.count(user))

    def _resolve_user(self, request: Request) -> tuple[int, str | None]:
        """Return the user's position and login state; the request's login state wins."""
        user = UNKNOWN if request.user_id is None else self.users.find(request.user_id)
        return user, request.user_type or (self.user_types[user] if user != UNKNOWN else None)

    def context_keys(self, context: Mapping[str, str]) -> tuple[int, ...]:
        """Return one key a context column, -1 where the value is missing or unknown."""
        if not context:
            return (UNKNOWN,) * len(self.context)
        return tuple(self.keys.find(f"{c}:{context[c]}") if c in context else UNKNOWN for c in self.context)

    def segment(self, query: Query) -> Segment:
        """Return the segment of a query's user."""
        return assign_segment(self.segments, User(query.user_type, len(query.history)))
