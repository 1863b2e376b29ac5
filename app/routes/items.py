"""What has come out or changed: items that can be recommended before the next release."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from pydantic_core import to_json

from app.dependencies import EventConsumerDep, LoadedReleaseDep, TelemetryDep
from app.domains.base import DomainApi
from app.errors import TOO_LARGE, Problem, problem
from app.middleware.auth import Scope, require_scope
from app.routes.lists import ItemId
from app.schemas.events import Bodies, BodyError
from app.serving.item_validation import KEPT_ITEMS, ItemStatus, ItemValidator
from script_shared.events.event import WITHDRAW, Event


class ItemResponse(BaseModel):
    """What became of one item.

    `new` and `changed`: it can be recommended as soon as it is published. `no-room`: it is kept for the
    next release, this one has taken in as many as it can. `malformed`: it is refused; `field` and
    `message` say why.
    """

    status: ItemStatus
    item_id: str | None = None
    field: str | None = None
    message: str | None = None


class ItemsResponse(BaseModel):
    """How many items are kept and refused; each of them, in the order sent."""

    accepted: int
    refused: int
    items: list[ItemResponse]


class ItemsProblem(Problem):
    """The problem of a request of which nothing could be kept."""

    items: list[ItemResponse] | None = None


def make_router(endpoint: DomainApi) -> APIRouter:
    """Make the routes of a domain's items."""
    router = APIRouter(tags=["items"])
    bodies = Bodies(endpoint.item_body, ("an item", "items"))
    described = {"required": True, "content": {"application/json": {"schema": bodies.schema()}}}
    problems: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem} for code in (401, 403, 413, 503, 507)
    }

    @router.post(
        "/items",
        response_model=None,
        openapi_extra={"requestBody": described},
        dependencies=[Depends(require_scope(Scope.ITEMS))],
        responses={200: {"model": ItemsResponse}, **problems, 422: {"model": ItemsProblem}},
    )
    async def items(
        request: Request, served: LoadedReleaseDep, tail: EventConsumerDep, telemetry: TelemetryDep
    ) -> Response:
        """Keep what has come out or changed: one item, or at most 1,000; what is answered is on disk.

        It can be recommended at once on this replica, and within a second on all.
        """
        try:
            sent = bodies.parse(await request.body())
        except BodyError as error:
            remedy = TOO_LARGE if error.too_long else "send one item or a list of them as JSON"
            return problem(413 if error.too_long else 422, str(error), remedy=remedy)
        sorting = ItemValidator(served.engine)
        for each in sent:
            sorting.add(each)
        if sorting.events:
            await tail.include(await asyncio.wrap_future(tail.log.submit(sorting.events)))
        telemetry.count_items(sorting.statuses)
        return _answer(sorting)

    @router.delete(
        "/items/{item_id:path}",
        status_code=204,
        dependencies=[Depends(require_scope(Scope.ITEMS))],
        responses={**problems, 404: {"model": Problem}, 422: {"model": Problem}},
    )
    async def withdraw(served: LoadedReleaseDep, tail: EventConsumerDep, item_id: ItemId) -> None:
        """Withdraw an item: it is named no more, on this replica at once and on all within a second.

        It stays withdrawn, whatever releases and files say, until `POST /items` reports it again.
        """
        number, now_ms = f"withdraw-{secrets.token_hex(12)}", served.engine.now_ms()
        event = Event(number, "", item_id, now_ms, kind=WITHDRAW)
        await tail.include(await asyncio.wrap_future(tail.log.submit([event])))

    return router


def _answer(sorting: ItemValidator) -> Response:
    answers = sorting.answers
    kept = sum(status in KEPT_ITEMS for status in sorting.statuses)
    if answers and not kept:
        first = answers[:20]
        errors = [
            {"field": f"{place}.{each['field']}", "message": each["message"]}
            for place, each in enumerate(first)
        ]
        detail = "no item could be kept: " + "; ".join(f"{x['field']}: {x['message']}" for x in errors[:3])
        return problem(422, detail, remedy="correct the fields named in errors", errors=errors, items=answers)
    body = {"accepted": kept, "refused": len(answers) - kept, "items": answers}
    return Response(to_json(body), headers={"Cache-Control": "no-store"}, media_type="application/json")
