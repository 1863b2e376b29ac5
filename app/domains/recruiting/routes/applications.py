"""Applications and what becomes of them; each event is logged as an interaction of either side."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep
from app.domains.recruiting.ids import ApplicantCode, OpeningCode
from app.domains.recruiting.schemas.application_validation import (
    ApplicationValidator,
    make_withdrawal,
)
from app.domains.recruiting.schemas.bodies import ApplicationBody
from app.errors import Problem, batch_problem, problem, problem_responses
from app.middleware.auth import Scope, require_scope
from app.middleware.rate_limit import too_many_requests
from app.schemas.body_parser import BodyError, BodyParser
from app.serving.event_validation import EventStatus
from script_shared.domains.recruiting.tables import APPLICANT, OPENING, make_id

router = APIRouter(tags=["events"])

_PARSER = BodyParser(ApplicationBody, "application", ids=("opening_id", "applicant_id", "event_id"))
_BODY = {"required": True, "content": {"application/json": {"schema": _PARSER.schema()}}}


class ApplicationResult(BaseModel):
    """The result of one event.

    `accepted`: it counts. `late`: it counts at its own time, more than an hour ago. `unknown-item`: it is
    logged, and counts as soon as the opening and the applicant are reported. `duplicate`: it is logged
    already. `future` and `malformed`: it is refused; `field` and `message` say why.
    """

    status: EventStatus
    event_id: str | None = None
    field: str | None = None
    message: str | None = None


class ApplicationsResponse(BaseModel):
    """The numbers of logged, duplicate and refused events, and each event's result in the order sent."""

    accepted: int
    duplicates: int
    refused: int
    applications: list[ApplicationResult]


class ApplicationsProblem(Problem):
    """The problem of a request of which no event is logged."""

    applications: list[ApplicationResult] | None = None


@router.post(
    "/applications",
    response_model=None,
    openapi_extra={"requestBody": _BODY},
    dependencies=[Depends(require_scope(Scope.EVENTS))],
    responses={
        200: {"model": ApplicationsResponse},
        **problem_responses(401, 403, 413, 503, 507),
        422: {"model": ApplicationsProblem},
    },
)
async def report_applications(
    request: Request, release: LoadedReleaseDep, consumer: EventConsumerDep, telemetry: TelemetryDep
) -> Response:
    """Log one event of an application, or at most 1,000; they are on disk before the response is sent.

    They count for the next list of either side on this replica, and within a second on all replicas. Events
    may be sent again: an event with a known id counts once.
    """
    try:
        elements = _PARSER.parse(await request.body())
    except BodyError as error:
        return problem(error.status, str(error), remedy=error.remedy)
    wait = request.app.state.event_rate_limit.take(request.headers, len(elements))
    if wait:
        return too_many_requests("events came with this key", wait)
    validator = ApplicationValidator(release.engine)
    validator.validate(elements)
    duplicates: frozenset[int] = frozenset()
    if validator.events:
        duplicates = (await consumer.append(validator.events)).duplicates
    results = validator.results(duplicates)
    telemetry.count_events([result["status"] for result in results])
    return _respond(results)


@router.delete(
    "/applications/{opening_id}/{applicant_id}",
    status_code=204,
    dependencies=[Depends(require_scope(Scope.EVENTS))],
    responses=problem_responses(401, 403, 404, 413, 422, 503, 507),
)
async def withdraw_application(
    release: LoadedReleaseDep,
    consumer: EventConsumerDep,
    opening_id: OpeningCode,
    applicant_id: ApplicantCode,
) -> None:
    """Log that an applicant has withdrawn an application; the opening is not proposed again."""
    opening, applicant = make_id(OPENING, opening_id), make_id(APPLICANT, applicant_id)
    if not release.engine.has_interaction(opening, applicant):
        raise HTTPException(404, "this application is not known")
    event_id = f"withdraw-{secrets.token_hex(12)}"
    await consumer.append(make_withdrawal(event_id, opening, applicant, release.engine.now_ms()))


def _respond(results: list[dict[str, Any]]) -> Response:
    refused = sum("message" in result for result in results)
    if refused and refused == len(results):
        return batch_problem("application", results)
    duplicates = sum(result["status"] == "duplicate" for result in results)
    accepted = len(results) - refused - duplicates
    body = {"accepted": accepted, "duplicates": duplicates, "refused": refused, "applications": results}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
