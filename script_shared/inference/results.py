"""What an engine answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class RecommendedItem(NamedTuple):
    """One item of an answer: its position and id, its score, and why it is listed."""

    item: int
    item_id: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """An answer.

    Attributes:
        segment: the reader's segment.
        model: the model that serves it.
        items: best first.
        fallback: how many of them the segment's own model did not give.
        why: where it was asked for, of each item what each of its features adds to its weight.
        told: what callers have made of it, to be found again when it is given again.
    """

    segment: str
    model: str
    items: list[RecommendedItem]
    fallback: int
    why: Sequence[Mapping[str, float]] = field(default=())
    told: dict[str, bytes] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UserProfile:
    """What is known of a reader.

    Attributes:
        segment: the reader's segment.
        model: the model that serves it.
        user_type: login state, None where unknown.
        cluster: the readers alike, None where the segment's model has none.
        reads: how many are known.
        recent: position and id of what was read last, and when, ms UTC; the newest first.
    """

    segment: str
    model: str
    user_type: str | None
    cluster: int | None
    interactions: int
    recent: Sequence[tuple[int, str, int]]
