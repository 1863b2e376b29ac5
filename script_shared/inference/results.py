"""The results of an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class RecommendedItem(NamedTuple):
    """One item of a list: its position, external id, score and reason."""

    item: int
    item_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation list.

    Attributes:
        segment: the user's segment.
        model: the model that serves the segment.
        items: best first.
        fallback: number of items that did not come from the segment's own model.
        explanations: where requested, the contribution of each feature to each item's score.
        derived: what callers derived from the list; reused while the list is cached.
    """

    segment: str
    model: str
    items: list[RecommendedItem]
    fallback: int
    explanations: Sequence[Mapping[str, float]] = field(default=())
    derived: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UserProfile:
    """What the state contains about a user.

    Attributes:
        segment: the user's segment.
        model: the model that serves the segment.
        user_type: login state, None where unknown.
        cluster: the user's cluster, None where the segment's model has none.
        interactions: number of interactions.
        recent: position, external id and time (ms UTC) of the last items, newest first.
    """

    segment: str
    model: str
    user_type: str | None
    cluster: int | None
    interactions: int
    recent: Sequence[tuple[int, str, int]]
