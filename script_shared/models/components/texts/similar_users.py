"""Content-based user neighbourhood: items of the users whose own texts are most similar to the query's.

For domains whose users are items: a user's text vector is that of the user's own item. A new user without
interactions gets the items of similar users: a neighbourhood as in Resnick et al., "GroupLens", CSCW 1994,
with text similarity in place of co-ratings.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.clock import MS_PER_HOUR
from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.caches import QueryCache
from script_shared.models.components.texts.own_texts import OwnTexts
from script_shared.models.kernels import top_items
from script_shared.models.reasons import SIMILAR_USERS
from script_shared.state.state import State
from script_shared.types import NO_ITEMS, FeatureArray, FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

_DAY_MS = 24 * MS_PER_HOUR


class SimilarUsersParameters(BaseModel):
    """How many users count, and how much.

    Attributes:
        users: number of similar users.
        depth: newest interactions of each similar user that count.
        sharpness: a user of cosine c counts exp(sharpness · (c − 1)).
        delay: days; an interaction of age t counts (t + delay)^(−decay).
        decay: exponent of the age.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    users: int = 1_000
    depth: int = 25
    sharpness: float = 10.0
    delay: float = 3.0
    decay: float = 0.6


class _Scores(NamedTuple):
    """Items of similar users, ascending, and the sum over users of each."""

    items: IntArray
    sums: FloatArray


_NO_SCORES = _Scores(NO_ITEMS, np.empty(0))


class SimilarUsers(Component):
    """Decayed sum, over similar users of the same kind, of their interactions with an item.

    Args:
        parameters: how many users count, and how much.
        texts: the text vectors, which other components may share.
    """

    name: ClassVar[str] = "similar_users"
    reason: ClassVar[str] = SIMILAR_USERS
    feature_names = ("similar_users",)

    def __init__(self, parameters: SimilarUsersParameters, texts: OwnTexts) -> None:
        self._parameters, self._texts = parameters, texts
        self._scores: QueryCache[_Scores] = QueryCache()
        self._slots: IntArray = np.empty(0, np.int32)

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the largest sums."""
        scores = self._scores.get(query, state, self._compute)
        return top_items(scores.items, scores.sums, n)

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the logarithm of the sum; 0 for other items."""
        out[:] = 0.0
        scores = self._scores.get(query, state, self._compute)
        if len(scores.items):
            places = np.minimum(np.searchsorted(scores.items, items), len(scores.items) - 1)
            known = scores.items[places] == items
            # The smallest scores are about exp(-sharpness).
            out[known, 0] = np.log1p(scores.sums[places[known]] * 1e3)

    def _compute(self, query: Query, state: State) -> _Scores:
        if query.user == UNKNOWN or not self._texts.has_text(query.user):
            return _NO_SCORES
        users, cosines = self._texts.nearest(query, state, self._parameters.users)
        if not len(users):
            return _NO_SCORES
        p = self._parameters
        owner, items, times = state.histories.last(users, p.depth)
        weights = np.exp(p.sharpness * (cosines.astype(np.float64) - 1))
        rows = (owner, items, np.maximum(query.now_ms - times, 0))
        if len(self._slots) < state.sizes.items:
            self._slots = np.full(state.sizes.items, -1, np.int32)
        return _Scores(*_sum_by_item(rows, (users, weights), (p.delay, p.decay), self._slots))


@jit_compiled
def _sum_by_item(
    rows: tuple[IntArray, IntArray, LongArray],
    weighted_users: tuple[IntArray, FloatArray],
    fading: tuple[float, float],
    slots: IntArray,
) -> tuple[IntArray, FloatArray]:
    """Return the items of some interactions, ascending, and the sum of each.

    Args:
        rows: user, item and age in ms of each; the users in the order of `weighted_users`.
        weighted_users: users and their weights.
        fading: delay in days, and exponent.
        slots: -1 for each item; overwritten, and restored.
    """
    owner, items, ages = rows
    users, weights = weighted_users
    delay, decay = fading
    found, count = np.empty(len(items), np.int32), 0
    for row in range(len(items)):
        if slots[items[row]] < 0:
            slots[items[row]] = count
            found[count] = items[row]
            count += 1
    found = np.sort(found[:count])
    for slot in range(count):
        slots[found[slot]] = slot
    sums, user = np.zeros(count), 0
    for row in range(len(items)):
        while users[user] != owner[row]:
            user += 1
        slot = slots[items[row]]
        term = weights[user] * (ages[row] / _DAY_MS + delay) ** -decay
        sums[slot] += term
    for slot in range(count):
        slots[found[slot]] = -1
    return found, sums
