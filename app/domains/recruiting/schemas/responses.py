"""Openings and applicants in responses."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.domains.recruiting.ids import split_id
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.tables import APPLICANT, OPENING
from script_shared.inference.results import RecommendedItem

#: Columns of the catalogue that a response may contain; never a CV, a name or a contact.
DISPLAYED = (
    "title",
    "published_at",
    "category",
    "city",
    "state",
    "areas",
    "level",
    "degree",
    "english",
    "spanish",
    "contract",
    "is_for_disabled",
)
_OF_OPENINGS = ("contract", "is_for_disabled")
_COLUMNS = {
    OPENING: tuple(name for name in DISPLAYED if name != "category"),
    APPLICANT: tuple(name for name in DISPLAYED if name != "category" and name not in _OF_OPENINGS),
}


class Requirement(BaseModel):
    """A requirement of an opening.

    `kind`: a skill, a language, or a level on another scale. `phrase` quotes the part of the opening's text
    that asks for it.
    """

    requirement: str
    kind: str
    is_optional: bool
    level: str | None
    phrase: str


class AssessedRequirement(Requirement):
    """A requirement of an opening and whether the applicant meets it.

    `unknown`: the applicant has no text from which it could be seen. `importance`: by how much the log-odds
    of a hire rise if it is met instead of missing. `evidence` quotes one line of the applicant's text, and
    `start` and `end` say where it is.
    """

    status: Literal["met", "missing", "unknown"]
    importance: float
    evidence: str | None
    start: int | None
    end: int | None


class _Entity(BaseModel):
    title: str | None
    published_at: datetime | None
    city: str | None
    state: str | None
    areas: str | None
    level: str | None
    degree: str | None
    english: str | None
    spanish: str | None


class _Ranked(BaseModel):
    rank: int
    score: float | None = Field(description="Orders one list; it is no probability.")
    reason: str
    requirements: list[AssessedRequirement] | None = Field(
        None, description="With `explain`: which requirements are met; null where they are not known."
    )


class Opening(_Entity):
    """An opening."""

    opening_id: str
    contract: str | None
    is_for_disabled: bool | None


class Applicant(_Entity):
    """An applicant; neither name nor contact is stored."""

    applicant_id: str


class RankedOpening(Opening, _Ranked):
    """An opening of a list."""


class RankedApplicant(Applicant, _Ranked):
    """An applicant of a list; a list proposes whom a person considers, it decides nothing."""


class Entity(_Entity):
    """An opening or an applicant, as `category` says; `contract` and `is_for_disabled` are of openings."""

    item_id: str
    rank: int
    score: float | None
    category: str | None
    contract: str | None
    is_for_disabled: bool | None
    reason: str
    why: dict[str, float] | None = Field(None, description="With `explain`: what adds to the score.")


def serialize_entities(
    release: LoadedRelease, items: Sequence[RecommendedItem], first_rank: int = 1
) -> list[dict[str, Any]]:
    """Return ranked entities as plain JSON values, each with the columns of its kind."""
    return [_serialize(release, rank, item) for rank, item in enumerate(items, start=first_rank)]


def _serialize(release: LoadedRelease, rank: int, item: RecommendedItem) -> dict[str, Any]:
    kind, code = split_id(item.item_id)
    return {
        f"{kind}_id": code,
        "rank": rank,
        "score": item.score if math.isfinite(item.score) else None,
        **select_columns(kind, release.catalogue.row(item.item)),
        "reason": _reason_text(release.domain_api.reasons, item.reason),
        "requirements": None,
    }


def select_columns(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the displayed columns of an entity."""
    return {name: row.get(name) for name in _COLUMNS[kind]}


def _reason_text(texts: Mapping[str, str], reason: str) -> str:
    """Return the text of a reason, which may name an entity by its code: `similar_to:5185`."""
    name, separator, item_id = reason.partition(":")
    return texts.get(name, name) + separator + split_id(item_id)[1]
