"""Items that are new or have changed: they are recommended before the next release."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep
from app.domains.base import DomainApi
from app.errors import Problem, batch_problem, problem, problem_responses
from app.middleware.auth import Scope, require_scope
from app.schemas.body_parser import BodyError, BodyParser
from app.schemas.path_parameters import PathItemId
from app.serving.item_validation import ItemStatus, ItemValidator
from script_shared.events.event import WITHDRAW, Event


class ItemResponse(BaseModel):
    """The result of one item.

    `new` and `changed`: it can be recommended as soon as it is published. `no-room`: it is logged for the
    next release, because this one has no capacity left. `malformed`: it is refused; `field` and `message`
    say why.
    """

    status: ItemStatus
    item_id: str | None = None
    field: str | None = None
    message: str | None = None


class ItemsResponse(BaseModel):
    """The numbers of logged and refused items, and each item's result in the order sent."""

    accepted: int
    refused: int
    items: list[ItemResponse]


class ItemsProblem(Problem):
    """The problem of a request of which no item is logged."""

    items: list[ItemResponse] | None = None


def make_router(domain_api: DomainApi) -> APIRouter:
    """Make the routes of a domain's items."""
    router = APIRouter(tags=["items"])
    parser = BodyParser(domain_api.item_body, "item")
    request_body = {"required": True, "content": {"application/json": {"schema": parser.schema()}}}
    problems = problem_responses(401, 403, 413, 503, 507)

    @router.post(
        "/items",
        response_model=None,
        openapi_extra={"requestBody": request_body},
        dependencies=[Depends(require_scope(Scope.ITEMS))],
        responses={200: {"model": ItemsResponse}, **problems, 422: {"model": ItemsProblem}},
    )
    async def items(
        request: Request, release: LoadedReleaseDep, consumer: EventConsumerDep, telemetry: TelemetryDep
    ) -> Response:
        """Log one new or changed item, or at most 1,000; they are on disk before the response is sent.

        They can be recommended at once on this replica, and within a second on all replicas.
        """
        try:
            elements = parser.parse(await request.body())
        except BodyError as error:
            return problem(error.status, str(error), remedy=error.remedy)
        validator = ItemValidator(release.engine)
        for element in elements:
            validator.validate(element)
        if validator.events:
            await consumer.append(validator.events)
        telemetry.count_items(result["status"] for result in validator.results)
        return _respond(validator)

    @router.delete(
        "/items/{item_id:path}",
        status_code=204,
        dependencies=[Depends(require_scope(Scope.ITEMS))],
        responses=problem_responses(401, 403, 404, 413, 422, 503, 507),
    )
    async def withdraw(release: LoadedReleaseDep, consumer: EventConsumerDep, item_id: PathItemId) -> None:
        """Withdraw an item: it is not recommended, on this replica at once and on all within a second.

        It stays withdrawn in all releases until `POST /items` reports it again.
        """
        event_id, now_ms = f"withdraw-{secrets.token_hex(12)}", release.engine.now_ms()
        await consumer.append([Event(event_id, "", item_id, now_ms, kind=WITHDRAW)])

    return router


def _respond(validator: ItemValidator) -> Response:
    results, logged = validator.results, len(validator.events)
    if results and not logged:
        return batch_problem("item", results)
    body = {"accepted": logged, "refused": len(results) - logged, "items": results}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
