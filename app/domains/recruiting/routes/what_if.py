"""What changes in the list of an opening when its text or a level is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import LoadedReleaseDep
from app.domains.recruiting.explanations import (
    QuotesDep,
    describe_explanation,
    describe_requirement,
    find_model,
)
from app.domains.recruiting.ids import OpeningCode
from app.domains.recruiting.routes.search import encode_text
from app.domains.recruiting.schemas.bodies import Line, Text
from app.domains.recruiting.schemas.responses import (
    RankedApplicant,
    Requirement,
    serialize_entities,
)
from app.errors import problem_responses
from app.schemas.fields import PRINTABLE, STRICT, WHOLE_NUMBER
from app.schemas.items import MAX_TITLE
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.requirements import read_opening
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.inference.results import RecommendedItem
from script_shared.requirements.requirement import Requirements
from script_shared.requirements.what_if import WhatIf
from script_shared.types import Request

router = APIRouter(tags=["what-if"])

_MAX_LENGTH = 100
MAX_REMOVED = 200


class EditedOpening(BaseModel):
    """The edited fields of an opening; a field that is left out or null keeps its value."""

    model_config = STRICT | {"json_schema_extra": {"examples": [{"english": "Fluente", "num_recs": 10}]}}

    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE)] | None = None
    skills: Text | None = None
    body: Text | None = None
    english: Line | None = None
    spanish: Line | None = None
    level: Line | None = None
    degree: Line | None = None
    remove: Annotated[
        list[Line],
        Field(max_length=MAX_REMOVED, description="Names of requirements that do not count."),
    ] = []
    num_recs: Annotated[int, Field(ge=1, le=_MAX_LENGTH), WHOLE_NUMBER] = 10


class ChangedRequirement(BaseModel):
    """A requirement before and after the edit."""

    before: Requirement
    after: Requirement


class ComparedApplicant(RankedApplicant):
    """An applicant; `rank` is the place after the edit, by the requirements alone."""

    previous_rank: int


class WhatIfResponse(BaseModel):
    """The requirements that the edit changed, and the order of the applicants after it.

    The applicants are those of the opening's list and those whose texts are most similar to the edited text.
    """

    release: str
    added: list[Requirement]
    removed: list[Requirement]
    changed: list[ChangedRequirement]
    applicants: list[ComparedApplicant]


@router.post(
    "/openings/{opening_id}/what-if",
    response_model=None,
    responses={200: {"model": WhatIfResponse}, **problem_responses(400, 404, 413, 422, 503)},
)
async def compare_edit(
    release: LoadedReleaseDep, opening_id: OpeningCode, body: EditedOpening, quotes: QuotesDep
) -> JSONResponse:
    """Return how an edit of an opening changes the order of its applicants; nothing is stored."""
    item_id, model = make_id(OPENING, opening_id), find_model(release)
    stored = model.records.find(item_id)
    if stored is None or not release.engine.is_available(item_id):
        raise HTTPException(404, "this opening is not known")
    edited = {**stored, **body.model_dump(exclude={"num_recs", "remove"}, exclude_none=True)}
    required = _remove(read_opening(edited), body.remove)
    found = _find_candidates(release, item_id, edited, body.num_recs)
    result = model.compare_edit(read_opening(stored), required, [item.item_id for item in found])
    explanations = find_model(release).explain(required, [person.name for person in result.persons])
    described = [describe_explanation(explanation, quotes=quotes) for explanation in explanations]
    applicants = _serialize(release, found, result, described)
    edit = result.edit
    changed = [
        {"before": describe_requirement(before), "after": describe_requirement(after)}
        for before, after in edit.changed
    ]
    response = {
        "release": release.id,
        "added": list(map(describe_requirement, edit.added)),
        "removed": list(map(describe_requirement, edit.removed)),
        "changed": changed,
        "applicants": applicants[: body.num_recs],
    }
    return JSONResponse(response, headers={"Cache-Control": "no-store"})


def _remove(requirements: Requirements, names: Sequence[str]) -> Requirements:
    """Return the requirements without those of some names."""
    items = tuple(requirement for requirement in requirements.items if requirement.name not in names)
    return replace(requirements, items=items)


def _find_candidates(
    release: LoadedRelease, item_id: str, edited: dict[str, str], n: int
) -> list[RecommendedItem]:
    """Return the applicants of the opening's list, then those who are similar to the edited text."""
    engine = release.engine
    mask = release.catalogue.matches("category", APPLICANT, engine.capacity)
    listed = engine.recommend(Request(item_id, n, user_type=OPENING), mask).items
    by_text = engine.find_by_text(encode_text(release, edited), n, mask)
    return list({item.item_id: item for item in [*by_text, *listed]}.values())


def _serialize(
    release: LoadedRelease,
    found: Sequence[RecommendedItem],
    result: WhatIf,
    described: Sequence[list[dict[str, Any]]],
) -> list[dict[str, Any]]:
    items = {item.item_id: item for item in found}
    order = [items[person.name] for person in result.persons]
    rows = zip(serialize_entities(release, order), result.persons, described, strict=True)
    return [
        entity
        | {
            "rank": person.rank_after,
            "previous_rank": person.rank_before,
            "score": round(person.score_after, 4),
            "requirements": requirements,
        }
        for entity, person, requirements in rows
    ]
