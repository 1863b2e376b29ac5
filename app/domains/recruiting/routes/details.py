"""Openings, newest first, and the details of an opening or an applicant."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import LoadedReleaseDep
from app.domains.recruiting.explanations import find_model, list_requirements
from app.domains.recruiting.ids import ApplicantCode, OpeningCode, split_id
from app.domains.recruiting.schemas.filters import EntityFiltersDep
from app.domains.recruiting.schemas.responses import Applicant, Opening, Requirement, select_columns
from app.errors import problem_responses
from app.schemas.query_parameters import Count, Offset
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id

router = APIRouter(tags=["details"], responses=problem_responses(404, 422, 503))


class ListedOpening(Opening):
    """An opening and the number of its applications."""

    applications: int


class OpeningList(BaseModel):
    """Openings, newest first, and how many there are in all."""

    release: str
    total: int
    openings: list[ListedOpening]


class OpeningDetails(ListedOpening):
    """An opening, its text, and the requirements that were found in it."""

    release: str
    skills: str = Field(description="The required competencies.")
    body: str = Field(description="The activities.")
    requirements: list[Requirement]


class ApplicantDetails(Applicant):
    """An applicant, without name, contact and CV, and the number of applications."""

    release: str
    applications: int


# The responses are made of plain values and sent as they are; the models only document them.
@router.get("/openings", response_model=None, responses={200: {"model": OpeningList}})
async def list_openings(
    release: LoadedReleaseDep, filters: EntityFiltersDep, num_recs: Count = 10, offset: Offset = 0
) -> JSONResponse:
    """Return the openings that pass the filters, newest first."""
    found, total = release.engine.newest(offset + num_recs, filters.mask(release, OPENING))
    openings = [_describe(release, item.item_id, item.item) for item in found[offset:]]
    return _respond({"release": release.id, "total": total, "openings": openings})


@router.get("/openings/{opening_id}", response_model=None, responses={200: {"model": OpeningDetails}})
async def find_opening(release: LoadedReleaseDep, opening_id: OpeningCode) -> JSONResponse:
    """Return an opening with its text and its requirements."""
    item_id, model = make_id(OPENING, opening_id), find_model(release)
    details = _find(release, item_id)
    text = model.records.find(item_id) or {}
    texts = {name: text.get(name, "") for name in ("skills", "body")}
    return _respond(details | texts | {"requirements": list_requirements(model.find_requirements(item_id))})


@router.get("/applicants/{applicant_id}", response_model=None, responses={200: {"model": ApplicantDetails}})
async def find_applicant(release: LoadedReleaseDep, applicant_id: ApplicantCode) -> JSONResponse:
    """Return an applicant, without name, contact and CV."""
    return _respond(_find(release, make_id(APPLICANT, applicant_id)))


def _find(release: LoadedRelease, item_id: str) -> dict[str, Any]:
    position = release.engine.position(item_id)
    if position < 0:
        raise HTTPException(404, f"this {split_id(item_id)[0]} is not known")
    return {"release": release.id, **_describe(release, item_id, position)}


def _describe(release: LoadedRelease, item_id: str, position: int) -> dict[str, Any]:
    kind, code = split_id(item_id)
    columns = select_columns(kind, release.catalogue.row(position))
    applications, _ = release.engine.history(item_id)
    return {f"{kind}_id": code, **columns, "applications": len(applications)}


def _respond(body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
