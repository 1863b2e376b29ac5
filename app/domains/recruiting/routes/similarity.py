"""The paths and formats of an earlier similarity service, whose clients know openings as vacancies."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep
from app.domains.recruiting.ids import ApplicantQuery, Code, VacancyQuery, split_id
from app.domains.recruiting.routes.entities import report_entities
from app.domains.recruiting.schemas.bodies import MAX_LINE
from app.errors import problem_responses
from app.middleware.auth import Scope, require_scope
from app.schemas.body_parser import Element
from app.schemas.fields import PRINTABLE, STRICT
from app.schemas.items import MAX_TEXT, MAX_TITLE
from app.schemas.query_parameters import MAX_COUNT
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id

router = APIRouter(tags=["similarity"])

_COLLECTIONS = {"applicants": APPLICANT, "vacancies": OPENING}
_Limit = Annotated[int, Query(ge=1, le=MAX_COUNT, description=f"A whole number from 1 to {MAX_COUNT}.")]


class Source(BaseModel):
    """The entity whose text was compared."""

    id: str


class SimilarDocument(BaseModel):
    """An entity and the mean cosine of title, description and location."""

    id: str
    score: float


class SimilarDocuments(BaseModel):
    """The entities of the other kind with the most similar texts, most similar first."""

    source: Source
    similar_documents: list[SimilarDocument]


class DocumentBody(BaseModel):
    """The texts of an opening or an applicant."""

    model_config = STRICT | {
        "json_schema_extra": {
            "examples": [{"id": "5185", "title": "Consultor SAP MM", "description": "SAP MM, ABAP"}]
        }
    }

    id: Annotated[Code, Field(description="The code; a known one is changed.")]
    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE)]
    description: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    location: Annotated[str, Field(max_length=MAX_LINE, pattern=PRINTABLE)] = ""


class DocumentResponse(BaseModel):
    """The entity that was stored, and whether the release knew it before."""

    id: str
    collection: Literal["applicants", "vacancies"]
    status: Literal["new", "changed", "no-room"]


_RESPONSES = {200: {"model": SimilarDocuments}, **problem_responses(404, 422, 503)}


@router.get("/similarity/applicants", response_model=None, responses=_RESPONSES)
async def similar_applicants(
    release: LoadedReleaseDep, vacancy_id: VacancyQuery, limit: _Limit = 5
) -> JSONResponse:
    """Return the applicants whose texts are most similar to that of an opening."""
    return _respond(release, OPENING, vacancy_id, APPLICANT, limit)


@router.get("/similarity/vacancies", response_model=None, responses=_RESPONSES)
async def similar_vacancies(
    release: LoadedReleaseDep, applicant_id: ApplicantQuery, limit: _Limit = 5
) -> JSONResponse:
    """Return the openings whose texts are most similar to that of an applicant."""
    return _respond(release, APPLICANT, applicant_id, OPENING, limit)


@router.post(
    "/document/{collection}",
    status_code=201,
    dependencies=[Depends(require_scope(Scope.ITEMS))],
    responses=problem_responses(400, 401, 403, 413, 422, 503, 507),
)
async def add_document(
    release: LoadedReleaseDep,
    consumer: EventConsumerDep,
    telemetry: TelemetryDep,
    collection: Literal["applicants", "vacancies"],
    body: DocumentBody,
) -> DocumentResponse:
    """Log one new or changed opening or applicant; it is found at once."""
    kind = _COLLECTIONS[collection]
    fields = {"title": body.title, "body": body.description, "location": body.location}
    element: Element = {name: value for name, value in fields.items() if value}
    element[f"{kind}_id"] = body.id
    [result] = await report_entities([element], kind, release, consumer, telemetry)
    return DocumentResponse(id=body.id, collection=collection, status=result["status"])


def _respond(release: LoadedRelease, kind: str, code: str, wanted: str, limit: int) -> JSONResponse:
    item_id, engine = make_id(kind, code), release.engine
    if not engine.is_available(item_id):
        raise HTTPException(404, f"this {kind} is not known")
    query = engine.find_text(item_id)
    eligible = release.catalogue.matches("category", wanted, engine.capacity)
    found = [] if query is None else engine.find_by_text(query, limit, eligible)
    documents = [{"id": split_id(item.item_id)[1], "score": round(item.score, 6)} for item in found]
    body = {"source": {"id": code}, "similar_documents": documents}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})
