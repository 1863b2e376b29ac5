"""Lists of applicants for an opening, and of openings for an applicant."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.dependencies import InferenceLoggerDep, VariantsDep
from app.domains.recruiting.explanations import QuotesDep, add_requirements
from app.domains.recruiting.ids import ApplicantCode, OpeningCode
from app.domains.recruiting.schemas.filters import EntityFilters, EntityFiltersDep
from app.domains.recruiting.schemas.responses import RankedApplicant, RankedOpening, serialize_entities
from app.errors import problem_responses
from app.experiments.variants import Variants
from app.schemas.query_parameters import Count, Offset
from app.serving.inference_log import InferenceLogger
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.types import Request

router = APIRouter(tags=["recommendations"], responses=problem_responses(404, 422, 503))


class _ListQuery(NamedTuple):
    """The filters of a list, its length, what is skipped, whether to explain it, and to quote applicants."""

    filters: EntityFilters
    num_recs: int
    offset: int
    explain: bool
    quotes: bool


class _Wanted(NamedTuple):
    """The kind and code of the entity that a list is for, and the kind of the entities in it."""

    kind: str
    code: str
    listed: str


async def _read_query(
    filters: EntityFiltersDep,
    quotes: QuotesDep,
    num_recs: Count = 10,
    offset: Offset = 0,
    explain: Annotated[bool, Query(description="Whether to say which requirements are met.")] = False,
) -> _ListQuery:
    return _ListQuery(filters, num_recs, offset, explain, quotes)


_ListQueryDep = Annotated[_ListQuery, Depends(_read_query)]


class _ListHead(BaseModel):
    segment: str
    model: str
    release: str
    variant: Literal["champion", "challenger"]
    impression_id: str | None


class ApplicantsResponse(_ListHead):
    """Applicants for an opening, best first, without those who applied to it."""

    opening_id: str
    applicants: list[RankedApplicant]


class OpeningsResponse(_ListHead):
    """Openings for an applicant, best first, without those applied to."""

    applicant_id: str
    openings: list[RankedOpening]


# The responses are made of plain values and sent as they are; the models only document them.
@router.get(
    "/openings/{opening_id}/applicants", response_model=None, responses={200: {"model": ApplicantsResponse}}
)
async def find_applicants(
    variants: VariantsDep,
    logger: InferenceLoggerDep,
    query: _ListQueryDep,
    opening_id: OpeningCode,
) -> JSONResponse:
    """Return the applicants who fit an opening best, also one that was reported a moment ago."""
    return _respond(variants, logger, _Wanted(OPENING, opening_id, APPLICANT), query)


@router.get(
    "/applicants/{applicant_id}/openings", response_model=None, responses={200: {"model": OpeningsResponse}}
)
async def find_openings(
    variants: VariantsDep,
    logger: InferenceLoggerDep,
    query: _ListQueryDep,
    applicant_id: ApplicantCode,
) -> JSONResponse:
    """Return the openings that fit an applicant best, also one who was reported a moment ago."""
    return _respond(variants, logger, _Wanted(APPLICANT, applicant_id, OPENING), query)


def _respond(variants: Variants, logger: InferenceLogger, wanted: _Wanted, query: _ListQuery) -> JSONResponse:
    started, item_id = time.perf_counter(), make_id(wanted.kind, wanted.code)
    variant = variants.choose(item_id)
    release = variant.release
    if not release.engine.is_available(item_id):
        raise HTTPException(404, f"this {wanted.kind} is not known")
    request = Request(item_id, query.offset + query.num_recs, user_type=wanted.kind)
    found = release.engine.recommend(request, query.filters.mask(release, wanted.listed))
    items = found.items[query.offset :]
    found = replace(found, items=items, fallback=min(found.fallback, len(items)), derived={})
    impression_id = variant.record(logger, item_id, found, started, time.perf_counter() - started)
    entities = serialize_entities(release, items, query.offset + 1)
    if query.explain:
        add_requirements(release, item_id, entities, quotes=query.quotes)
    body = {
        f"{wanted.kind}_id": wanted.code,
        "segment": found.segment,
        "model": found.model,
        "release": release.id,
        "variant": variant.name,
        "impression_id": impression_id,
        f"{wanted.listed}s": entities,
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
