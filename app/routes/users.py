"""What is known of one reader, and its end: behind a key of their own."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import Response
from pydantic import BaseModel

from app.dependencies import EventConsumerDep, InferenceLoggerDep, LoadedReleaseDep, VariantsDep
from app.errors import Problem
from app.middleware.auth import Scope, require_scope
from app.schemas.query_parameters import MAX_ID, PRINTABLE
from script_shared.clock import MS_PER_SECOND
from script_shared.events.event import FORGET, Event

_PROBLEMS: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (401, 403, 422, 503)}

router = APIRouter(tags=["users"], dependencies=[Depends(require_scope(Scope.USERS))], responses=_PROBLEMS)

ReaderId = Annotated[
    str,
    Path(
        min_length=1,
        max_length=MAX_ID,
        pattern=PRINTABLE,
        description=f"The reader, at most {MAX_ID} printable characters.",
    ),
]


class RecentInteraction(BaseModel):
    """What was read, and when."""

    item_id: str
    title: str | None
    read_at: datetime


class UserResponse(BaseModel):
    """What the service knows of a reader; `recent` is the newest first, at most twenty."""

    user_id: str
    user_type: str | None
    variant: Literal["champion", "challenger"]
    segment: str
    model: str
    cluster: int | None
    interactions: int
    recent: list[RecentInteraction]


@router.get("/users/{user_id:path}", responses={404: {"model": Problem}})
async def user(variants: VariantsDep, user_id: ReaderId, response: Response) -> UserResponse:
    """Return a reader's segment, cluster and recent reads; 404 for one of whom nothing is known."""
    response.headers["Cache-Control"] = "no-store"
    variant, served, _ = variants.of(user_id)
    known = served.engine.user_profile(user_id)
    if known is None:
        raise HTTPException(404, "nothing is known of this reader")
    recent = [
        RecentInteraction(
            item_id=name,
            title=served.catalogue.row(item).get("title"),
            read_at=datetime.fromtimestamp(time_ms / MS_PER_SECOND, UTC),
        )
        for item, name, time_ms in known.recent
    ]
    return UserResponse(
        user_id=user_id,
        user_type=known.user_type,
        variant=variant,
        segment=known.segment,
        model=known.model,
        cluster=known.cluster,
        interactions=known.interactions,
        recent=recent,
    )


@router.delete(
    "/users/{user_id:path}", status_code=204, responses={code: {"model": Problem} for code in (404, 507)}
)
async def forget(
    served: LoadedReleaseDep, tail: EventConsumerDep, recorder: InferenceLoggerDep, user_id: ReaderId
) -> None:
    """Forget a reader: in both logs and in this replica at once, in all others within a second.

    That it happened stays in the log, so that a release that still knows the reader forgets as well when it
    is loaded. What they read stays in counts that name nobody.
    """
    event = Event(f"forget-{secrets.token_hex(12)}", user_id, "", served.engine.now_ms(), kind=FORGET)
    await tail.include(await asyncio.wrap_future(tail.log.submit([event])))
    await asyncio.to_thread(tail.log.forget, user_id)
    if impressions := recorder.forget(user_id):
        await asyncio.wrap_future(impressions)
