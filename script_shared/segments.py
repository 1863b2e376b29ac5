"""Segments: one rule that splits users offline and routes requests online."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from script_shared.errors import SettingsError
from script_shared.models.base import Recommender
from script_shared.types import User


@dataclass(frozen=True, slots=True)
class Segment:
    """A group of users and the model that serves it.

    Attributes:
        name: name of the segment in requests and responses.
        model: name of the model that serves it.
        accepts: returns whether a user belongs to the segment; the first segment that accepts wins.
        make_model: builds the segment's model, not fitted.
    """

    name: str
    model: str
    accepts: Callable[[User], bool]
    make_model: Callable[[], Recommender]


def find_segment(segments: Sequence[Segment], name: str) -> Segment:
    """Return the segment with a name.

    Raises:
        SettingsError: there is none.
    """
    for segment in segments:
        if segment.name == name:
            return segment
    names = ", ".join(segment.name for segment in segments)
    raise SettingsError(f"there is no segment {name!r}", remedy=f"use one of {names}")


def assign_segment(segments: Sequence[Segment], user: User) -> Segment:
    """Return the first segment that accepts the user, the last one where none does."""
    return next((segment for segment in segments if segment.accepts(user)), segments[-1])
