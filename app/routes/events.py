"""What readers do, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep, VariantsDep
from app.domains.base import DomainApi
from app.errors import TOO_LARGE, Problem, problem
from app.middleware.auth import Scope, require_scope
from app.middleware.rate_limit import too_many_requests
from app.schemas.events import Bodies, BodyError
from app.serving.event_validation import KEPT, EventValidator, Status
from script_shared.events.event import IMPRESSION


class EventResponse(BaseModel):
    """What became of one event.

    `accepted`: it counts. `late`: it counts, at its own age, more than an hour. `unknown-item`: it is kept
    and counts as soon as the item is reported. `duplicate`: it was there already. `future` and
    `malformed`: it is refused; `field` and `message` say why.
    """

    status: Status
    event_id: str | None = None
    field: str | None = None
    message: str | None = None


class EventsResponse(BaseModel):
    """How many events are kept, were there already, and are refused; each of them, in the order sent."""

    accepted: int
    duplicates: int
    refused: int
    events: list[EventResponse]


class RejectedEvent(BaseModel):
    """A logged event that could not be applied: its offset in the log, and why."""

    offset: int
    event_id: str
    kind: str
    reason: str


class RejectedEventsResponse(BaseModel):
    """How many logged events could not be applied since the release was loaded; the newest of them."""

    count: int
    events: list[RejectedEvent]


class EventsProblem(Problem):
    """The problem of a request of which nothing could be kept."""

    events: list[EventResponse] | None = None


def make_router(endpoint: DomainApi) -> APIRouter:
    """Make the routes of a domain's events."""
    router = APIRouter(tags=["events"])
    bodies = Bodies(endpoint.event)
    described = {"required": True, "content": {"application/json": {"schema": bodies.schema()}}}
    problems: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem} for code in (401, 403, 413, 503, 507)
    }

    # The body is read by hand: it is large, and each of its elements gets an answer of its own.
    @router.post(
        "/events",
        response_model=None,
        openapi_extra={"requestBody": described},
        dependencies=[Depends(require_scope(Scope.EVENTS))],
        responses={200: {"model": EventsResponse}, **problems, 422: {"model": EventsProblem}},
    )
    async def events(
        request: Request,
        served: LoadedReleaseDep,
        tail: EventConsumerDep,
        telemetry: TelemetryDep,
        variants: VariantsDep,
    ) -> Response:
        """Keep what readers did: one event, or a list of at most 1,000; what is answered is on disk.

        A reader's next request knows of it on this replica, and within a second on all. Events may be sent
        again: those with an id that is known count once.
        """
        try:
            sent = bodies.parse(await request.body())
        except BodyError as error:
            remedy = TOO_LARGE if error.too_long else "send one event or a list of them as JSON"
            return problem(413 if error.too_long else 422, str(error), remedy=remedy)
        wait = request.app.state.event_rate_limit.take(request.headers, len(sent))
        if wait:
            return too_many_requests("events came with this key", wait)
        sorting = EventValidator(served.engine)
        sorting.take(sent)
        duplicates: frozenset[int] = frozenset()
        if sorting.events:
            appended = await asyncio.wrap_future(tail.log.submit(sorting.events))
            await tail.include(appended)
            duplicates = appended.duplicates
            for event in appended.fresh:
                if IMPRESSION in event.details:
                    telemetry.experiment.count_interaction(variants.of(event.user_id).name)
        answers = sorting.told(duplicates)
        telemetry.count_events(sorting.statuses)
        return _answer(sorting.statuses, answers)

    @router.get(
        "/events/rejected",
        dependencies=[Depends(require_scope(Scope.ADMIN))],
        responses={code: {"model": Problem} for code in (401, 403, 503)},
    )
    async def rejected(served: LoadedReleaseDep) -> RejectedEventsResponse:
        """List the newest logged events that could not be applied, at most 1,000, oldest first."""
        events = served.replica.rejected
        return RejectedEventsResponse(
            count=events.count, events=[RejectedEvent(**event._asdict()) for event in events.newest]
        )

    return router


def _answer(statuses: Sequence[Status], answers: Sequence[dict[str, Any]]) -> Response:
    kept, duplicates = sum(status in KEPT for status in statuses), statuses.count("duplicate")
    refused = len(statuses) - kept - duplicates
    if refused and refused == len(statuses):
        errors = [
            {"field": f"{place}.{answer['field']}", "message": answer["message"]}
            for place, answer in enumerate(answers[:20])
        ]
        detail = "no event could be kept: " + "; ".join(f"{x['field']}: {x['message']}" for x in errors[:3])
        remedy = "correct the fields named in errors"
        return problem(422, detail, remedy=remedy, errors=errors, events=answers)
    body = {"accepted": kept, "duplicates": duplicates, "refused": refused, "events": answers}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
