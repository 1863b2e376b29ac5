"""Events: the interactions of users, as they happen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep, VariantsDep
from app.domains.base import DomainApi
from app.errors import Problem, batch_problem, problem, problem_responses
from app.middleware.auth import Scope, require_scope
from app.middleware.rate_limit import too_many_requests
from app.schemas.body_parser import BodyError, BodyParser
from app.serving.event_validation import LOGGED_STATUSES, EventStatus, EventValidator
from script_shared.events.event import IMPRESSION


class EventResponse(BaseModel):
    """The result of one event.

    `accepted`: it counts. `late`: it counts at its own time, more than an hour ago. `unknown-item`: it is
    logged and counts as soon as the item is reported. `duplicate`: it is logged already. `future` and
    `malformed`: it is refused; `field` and `message` say why.
    """

    status: EventStatus
    event_id: str | None = None
    field: str | None = None
    message: str | None = None


class EventsResponse(BaseModel):
    """The numbers of logged, duplicate and refused events, and each event's result in the order sent."""

    accepted: int
    duplicates: int
    refused: int
    events: list[EventResponse]


class RejectedEvent(BaseModel):
    """A logged event that could not be applied: its offset in the log, and the reason."""

    offset: int
    event_id: str
    kind: str
    reason: str


class RejectedEventsResponse(BaseModel):
    """The number of events that could not be applied since the release was loaded, and the newest ones."""

    count: int
    events: list[RejectedEvent]


class EventsProblem(Problem):
    """The problem of a request of which no event is logged."""

    events: list[EventResponse] | None = None


def make_router(domain_api: DomainApi) -> APIRouter:
    """Make the routes of a domain's events."""
    router = APIRouter(tags=["events"])
    parser = BodyParser(domain_api.event_body, "event")
    request_body = {"required": True, "content": {"application/json": {"schema": parser.schema()}}}
    problems = problem_responses(401, 403, 413, 503, 507)

    # FastAPI does not parse the body: each element is validated by itself, and bodies are large.
    @router.post(
        "/events",
        response_model=None,
        openapi_extra={"requestBody": request_body},
        dependencies=[Depends(require_scope(Scope.EVENTS))],
        responses={200: {"model": EventsResponse}, **problems, 422: {"model": EventsProblem}},
    )
    async def events(
        request: Request,
        release: LoadedReleaseDep,
        consumer: EventConsumerDep,
        telemetry: TelemetryDep,
        variants: VariantsDep,
    ) -> Response:
        """Log one event, or a list of at most 1,000; logged events are on disk before the response is sent.

        They count for the user's next request on this replica, and within a second on all replicas. Events
        may be sent again: an event with a known id counts once.
        """
        try:
            elements = parser.parse(await request.body())
        except BodyError as error:
            return problem(error.status, str(error), remedy=error.remedy)
        wait = request.app.state.event_rate_limit.take(request.headers, len(elements))
        if wait:
            return too_many_requests("events came with this key", wait)
        validator = EventValidator(release.engine)
        validator.validate(elements)
        duplicates: frozenset[int] = frozenset()
        if validator.events:
            appended = await consumer.append(validator.events)
            duplicates = appended.duplicates
            for event in appended.new:
                if IMPRESSION in event.details:
                    telemetry.experiment.count_interaction(variants.choose(event.user_id).name)
        results = validator.results(duplicates)
        telemetry.count_events(validator.statuses)
        return _respond(validator.statuses, results)

    @router.get(
        "/events/rejected",
        dependencies=[Depends(require_scope(Scope.ADMIN))],
        responses=problem_responses(401, 403, 503),
    )
    async def rejected(release: LoadedReleaseDep) -> RejectedEventsResponse:
        """List the newest logged events that could not be applied, at most 1,000, oldest first."""
        rejected = release.replica.rejected
        return RejectedEventsResponse(
            count=rejected.count, events=[RejectedEvent(**event._asdict()) for event in rejected.newest]
        )

    return router


def _respond(statuses: Sequence[EventStatus], results: Sequence[dict[str, Any]]) -> Response:
    logged = sum(status in LOGGED_STATUSES for status in statuses)
    duplicates = statuses.count("duplicate")
    refused = len(statuses) - logged - duplicates
    if refused and refused == len(statuses):
        return batch_problem("event", results)
    body = {"accepted": logged, "duplicates": duplicates, "refused": refused, "events": results}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
