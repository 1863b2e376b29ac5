"""Openings and applicants that are new or have changed, and those that are withdrawn or erased."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EraserDep, EventConsumerDep, LoadedReleaseDep, TelemetryDep
from app.domains.recruiting.ids import ApplicantCode, OpeningCode, split_id
from app.domains.recruiting.schemas.bodies import ApplicantBody, OpeningBody
from app.errors import Problem, batch_problem, problem, problem_responses
from app.metrics.telemetry import Telemetry
from app.middleware.auth import Scope, require_scope
from app.schemas.body_parser import BodyError, BodyParser, Element, InvalidElement
from app.serving.event_consumer import EventConsumer
from app.serving.item_validation import ItemStatus, ItemValidator
from app.serving.loaded_release import LoadedRelease
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id
from script_shared.events.event import WITHDRAW, Event

router = APIRouter(tags=["items"])

_PROBLEMS = problem_responses(401, 403, 413, 503, 507)


class _EntityResult(BaseModel):
    status: ItemStatus
    field: str | None = None
    message: str | None = None


class OpeningResult(_EntityResult):
    """The result of one opening: `new`, `changed`, `no-room` (kept for the next release) or `malformed`."""

    opening_id: str | None = None


class ApplicantResult(_EntityResult):
    """The result of one applicant: `new`, `changed`, `no-room` (kept for the next release) or `malformed`."""

    applicant_id: str | None = None


class _Counts(BaseModel):
    accepted: int
    refused: int


class OpeningsReported(_Counts):
    """The numbers of logged and refused openings, and each one's result in the order sent."""

    openings: list[OpeningResult]


class ApplicantsReported(_Counts):
    """The numbers of logged and refused applicants, and each one's result in the order sent."""

    applicants: list[ApplicantResult]


class OpeningsProblem(Problem):
    """The problem of a request of which no opening is logged."""

    openings: list[OpeningResult] | None = None


class ApplicantsProblem(Problem):
    """The problem of a request of which no applicant is logged."""

    applicants: list[ApplicantResult] | None = None


_OPENINGS = BodyParser(OpeningBody, OPENING, ids=("opening_id",))
_APPLICANTS = BodyParser(ApplicantBody, APPLICANT, ids=("applicant_id",))


def _document(parser: BodyParser) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": parser.schema()}}}}


@router.post(
    "/openings",
    response_model=None,
    openapi_extra=_document(_OPENINGS),
    dependencies=[Depends(require_scope(Scope.ITEMS))],
    responses={200: {"model": OpeningsReported}, **_PROBLEMS, 422: {"model": OpeningsProblem}},
)
async def report_openings(
    request: Request, release: LoadedReleaseDep, consumer: EventConsumerDep, telemetry: TelemetryDep
) -> Response:
    """Log one new or changed opening, or at most 1,000; they are on disk before the response is sent.

    They are found and have lists at once on this replica, and within a second on all replicas.
    """
    return await _report(_OPENINGS, OPENING, await request.body(), release, consumer, telemetry)


@router.post(
    "/applicants",
    response_model=None,
    openapi_extra=_document(_APPLICANTS),
    dependencies=[Depends(require_scope(Scope.ITEMS))],
    responses={200: {"model": ApplicantsReported}, **_PROBLEMS, 422: {"model": ApplicantsProblem}},
)
async def report_applicants(
    request: Request, release: LoadedReleaseDep, consumer: EventConsumerDep, telemetry: TelemetryDep
) -> Response:
    """Log one new or changed applicant, or at most 1,000; they are on disk before the response is sent.

    They are found and have lists at once on this replica, and within a second on all replicas.
    """
    return await _report(_APPLICANTS, APPLICANT, await request.body(), release, consumer, telemetry)


@router.delete(
    "/openings/{opening_id}",
    status_code=204,
    dependencies=[Depends(require_scope(Scope.ITEMS))],
    responses=problem_responses(401, 403, 404, 413, 422, 503, 507),
)
async def withdraw_opening(
    release: LoadedReleaseDep, consumer: EventConsumerDep, opening_id: OpeningCode
) -> None:
    """Withdraw an opening: nobody is shown it, on this replica at once and on all within a second.

    It stays withdrawn in all releases until `POST /openings` reports it again.
    """
    item_id = make_id(OPENING, opening_id)
    if not release.engine.is_available(item_id):
        raise HTTPException(404, "this opening is not known")
    event_id, now_ms = f"withdraw-{secrets.token_hex(12)}", release.engine.now_ms()
    await consumer.append([Event(event_id, "", item_id, now_ms, kind=WITHDRAW)])


@router.delete(
    "/applicants/{applicant_id}",
    status_code=204,
    dependencies=[Depends(require_scope(Scope.USERS))],
    responses=problem_responses(401, 403, 413, 422, 503, 507),
)
async def erase_applicant(
    release: LoadedReleaseDep, consumer: EventConsumerDep, eraser: EraserDep, applicant_id: ApplicantCode
) -> None:
    """Erase an applicant: from all logs, the index and the state, and from every later release.

    Nobody is shown the applicant, on this replica at once and on all within a second. An unknown applicant
    is erased as well: an older release, or a file of the source, may contain the data.
    """
    await eraser.erase(consumer, make_id(APPLICANT, applicant_id), release.engine.now_ms())


async def report_entities(
    elements: Sequence[Element | InvalidElement],
    kind: str,
    release: LoadedRelease,
    consumer: EventConsumer,
    telemetry: Telemetry,
) -> list[dict[str, Any]]:
    """Log the valid elements; return the result of each, in the order sent, with the code of its entity."""
    validator = ItemValidator(release.engine)
    for element in elements:
        validator.validate(element if isinstance(element, InvalidElement) else _to_item(element, kind))
    if validator.events:
        await consumer.append(validator.events)
    telemetry.count_items(result["status"] for result in validator.results)
    return [_to_result(result, kind) for result in validator.results]


async def _report(
    parser: BodyParser,
    kind: str,
    body: bytes,
    release: LoadedRelease,
    consumer: EventConsumer,
    telemetry: Telemetry,
) -> Response:
    try:
        elements = parser.parse(body)
    except BodyError as error:
        return problem(error.status, str(error), remedy=error.remedy)
    results = await report_entities(elements, kind, release, consumer, telemetry)
    refused = sum("message" in result for result in results)
    if refused and refused == len(results):
        return batch_problem(kind, results)
    answer = {"accepted": len(results) - refused, "refused": refused, f"{kind}s": results}
    return Response(to_json(answer), headers={"Cache-Control": "no-store"}, media_type="application/json")


def _to_item(element: Element, kind: str) -> Element:
    """Return an element as the item that the spine validates."""
    code = element.pop(f"{kind}_id")
    return {**element, "item_id": make_id(kind, code), "category": kind}


def _to_result(result: Mapping[str, Any], kind: str) -> dict[str, Any]:
    item_id = result.get("item_id")
    if item_id is None:
        return dict(result)
    return {"status": result["status"], f"{kind}_id": split_id(item_id)[1]}
