"""The requirements of an opening, who meets them, and what an edit would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, model_validator

from app.dependencies import LoadedReleaseDep
from app.domains.recruiting.bodies import Line, Text
from app.domains.recruiting.ids import Code, OpeningCode, split_id
from app.domains.recruiting.responses import Requirement
from app.errors import NotReadyError, problem_responses
from app.middleware.auth import Scope, require_scope
from app.schemas.fields import STRICT, WHOLE_NUMBER
from app.schemas.query_parameters import MAX_COUNT
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.domain import REQUIREMENTS
from script_shared.domains.recruiting.requirement_model import (
    RequirementModel,
    describe_requirement,
    describe_result,
)
from script_shared.domains.recruiting.requirements import read_opening
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.requirements.requirement import Requirements
from script_shared.requirements.what_if import Edit, PersonChange
from script_shared.types import Request

router = APIRouter(tags=["requirements"])


class OpeningRequirement(BaseModel):
    """A requirement of an opening.

    `importance` is by how much the log-odds of a hire rise if it is met instead of missing.
    """

    requirement: str
    kind: str
    is_optional: bool
    level: str | None
    importance: float
    phrase: str


class RequirementsResponse(BaseModel):
    """The requirements of an opening; `unrecognised` phrases are not compared with anybody."""

    opening_id: str
    release: str
    requirements: list[OpeningRequirement]
    unrecognised: list[str]


class WhatIfBody(BaseModel):
    """The fields of the opening that are edited, and the applicants to compare; by default its list."""

    model_config = STRICT | {
        "json_schema_extra": {"examples": [{"skills": "Java e Spring Boot. Desejável: Kubernetes"}]}
    }

    title: Line | None = None
    skills: Text | None = None
    body: Text | None = None
    english: Line | None = None
    spanish: Line | None = None
    other_language: Line | None = None
    level: Line | None = None
    degree: Line | None = None
    applicants: Annotated[list[Code], Field(max_length=MAX_COUNT)] = []
    num_recs: Annotated[int, Field(ge=1, le=MAX_COUNT), WHOLE_NUMBER] = 10

    @property
    def changes(self) -> dict[str, str]:
        """The edited fields."""
        fields = self.model_dump(exclude={"applicants", "num_recs"}, exclude_none=True)
        return {name: str(value) for name, value in fields.items()}

    @model_validator(mode="after")
    def _require_change(self) -> Self:
        if not self.changes:
            raise ValueError("one of the fields of the opening is needed")
        return self


class ChangedRequirement(BaseModel):
    """A requirement before and after the edit."""

    before: OpeningRequirement
    after: OpeningRequirement


class ApplicantChange(BaseModel):
    """An applicant before and after the edit: place and score by the requirements, and changed results."""

    applicant_id: str
    rank_before: int
    rank_after: int
    score_before: float
    score_after: float
    requirements: list[Requirement]


class WhatIfResponse(BaseModel):
    """What an edit changes; the order is by the requirements alone, not that of the opening's list."""

    opening_id: str
    release: str
    added: list[OpeningRequirement]
    removed: list[OpeningRequirement]
    changed: list[ChangedRequirement]
    applicants: list[ApplicantChange]


@router.get(
    "/openings/{opening_id}/requirements",
    response_model=None,
    responses={200: {"model": RequirementsResponse}, **problem_responses(404, 422, 503)},
)
async def list_requirements(release: LoadedReleaseDep, opening_id: OpeningCode) -> JSONResponse:
    """Return the requirements of an opening, with the phrase that asks for each and its importance."""
    model = find_model(release)
    found = _find_requirements(release, model, opening_id)
    body = {
        "opening_id": opening_id,
        "release": release.id,
        "requirements": _describe_all(model, found),
        "unrecognised": list(found.unrecognised),
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.post(
    "/openings/{opening_id}/what-if",
    response_model=None,
    dependencies=[Depends(require_scope(Scope.USERS))],
    responses={200: {"model": WhatIfResponse}, **problem_responses(400, 401, 403, 404, 413, 422, 503)},
)
async def compare_edit(release: LoadedReleaseDep, opening_id: OpeningCode, body: WhatIfBody) -> JSONResponse:
    """Return what an edit of an opening changes, without storing it; it quotes applicants' texts."""
    model = find_model(release)
    before = _find_requirements(release, model, opening_id)
    record = model.records.find(make_id(OPENING, opening_id)) or {}
    after = read_opening({**record, **body.changes})
    applicants = [make_id(APPLICANT, code) for code in dict.fromkeys(body.applicants)]
    result = model.compare_edit(before, after, applicants or _list_applicants(release, opening_id, body))
    response = {
        "opening_id": opening_id,
        "release": release.id,
        **_describe_edit(model, before, after, result.edit),
        "applicants": [_describe_change(model, after, change) for change in result.persons],
    }
    return JSONResponse(response, headers={"Cache-Control": "no-store"})


def find_model(release: LoadedRelease) -> RequirementModel:
    """Return the requirement explainer of the served release.

    Raises:
        NotReadyError: the release has none.
    """
    model = release.classifiers.get(REQUIREMENTS)
    if not isinstance(model, RequirementModel):
        remedy = "serve a release that was trained with it"
        raise NotReadyError("the served release has no requirement explainer", remedy=remedy)
    return model


def explain_pairs(release: LoadedRelease, pairs: Sequence[tuple[str, str]]) -> list[list[dict[str, Any]]]:
    """Return the results of the requirements of each pair of an opening and an applicant, by their ids."""
    model = find_model(release)
    explanations = []
    for opening, applicant in pairs:
        found = model.find_requirements(opening) or Requirements(())
        [explanation] = model.explain(found, [applicant])
        explanations.append(explanation.document())
    return explanations


def _find_requirements(release: LoadedRelease, model: RequirementModel, opening_id: str) -> Requirements:
    item_id = make_id(OPENING, opening_id)
    found = model.find_requirements(item_id) if release.engine.is_available(item_id) else None
    if found is None:
        raise HTTPException(404, "this opening is not known")
    return found


def _list_applicants(release: LoadedRelease, opening_id: str, body: WhatIfBody) -> list[str]:
    request = Request(make_id(OPENING, opening_id), body.num_recs, user_type=OPENING)
    mask = release.catalogue.matches("category", APPLICANT, release.engine.capacity)
    return [item.item_id for item in release.engine.recommend(request, mask).items]


def _describe_all(model: RequirementModel, requirements: Requirements) -> list[dict[str, Any]]:
    importance = model.weights.importance(requirements.items)
    return [describe_requirement(*pair) for pair in zip(requirements.items, importance, strict=True)]


def _describe_edit(
    model: RequirementModel, before: Requirements, after: Requirements, edit: Edit
) -> Mapping[str, Any]:
    old = dict(zip(before.items, _describe_all(model, before), strict=True))
    new = dict(zip(after.items, _describe_all(model, after), strict=True))
    return {
        "added": [new[requirement] for requirement in edit.added],
        "removed": [old[requirement] for requirement in edit.removed],
        "changed": [{"before": old[first], "after": new[second]} for first, second in edit.changed],
    }


def _describe_change(model: RequirementModel, after: Requirements, change: PersonChange) -> dict[str, Any]:
    importance = dict(zip(after.items, model.weights.importance(after.items), strict=True))
    return {
        "applicant_id": split_id(change.name)[1],
        "rank_before": change.rank_before,
        "rank_after": change.rank_after,
        "score_before": round(change.score_before, 4),
        "score_after": round(change.score_after, 4),
        "requirements": [
            describe_result(result, importance[result.requirement]) for result in change.results
        ],
    }
