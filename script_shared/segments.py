"""Segments: one rule that splits readers offline and routes requests online."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from script_shared.errors import SettingsError
from script_shared.models.base import Recommender
from script_shared.types import User


@dataclass(frozen=True, slots=True)
class Segment:
    """One group of readers and the model that serves it.

    Attributes:
        name: the segment's name, as clients see it.
        model: the name of the model that serves it.
        accepts: whether a reader belongs here; the first segment that accepts wins.
        make_model: makes the segment's model, not fitted.
    """

    name: str
    model: str
    accepts: Callable[[User], bool]
    make_model: Callable[[], Recommender]


def find(segments: Sequence[Segment], name: str) -> Segment:
    """Return the segment of a name.

    Raises:
        SettingsError: there is none.
    """
    for segment in segments:
        if segment.name == name:
            return segment
    names = ", ".join(each.name for each in segments)
    raise SettingsError(f"there is no segment {name!r}", remedy=f"use one of {names}")


def assign(segments: Sequence[Segment], user: User) -> Segment:
    """Return the first segment that accepts the reader; the last one accepts everybody."""
    return next((segment for segment in segments if segment.accepts(user)), segments[-1])
