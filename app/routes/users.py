"""A user's data: what the service stores about a user, and its deletion; both need a key for users."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel

from app.dependencies import EraserDep, EventConsumerDep, LoadedReleaseDep, VariantsDep
from app.errors import problem_responses
from app.middleware.auth import Scope, require_scope
from app.schemas.path_parameters import PathUserId
from script_shared.clock import MS_PER_SECOND

router = APIRouter(
    tags=["users"],
    dependencies=[Depends(require_scope(Scope.USERS))],
    responses=problem_responses(401, 403, 422, 503),
)


class RecentInteraction(BaseModel):
    """The item of an interaction, and its time."""

    item_id: str
    title: str | None
    read_at: datetime


class UserResponse(BaseModel):
    """What the service stores about a user; `recent` has at most twenty interactions, newest first."""

    user_id: str
    user_type: str | None
    variant: Literal["champion", "challenger"]
    segment: str
    model: str
    cluster: int | None
    interactions: int
    recent: list[RecentInteraction]


@router.get("/users/{user_id:path}", responses=problem_responses(404))
async def user(variants: VariantsDep, user_id: PathUserId, response: Response) -> UserResponse:
    """Return a user's segment, cluster and recent interactions; 404 for an unknown user."""
    response.headers["Cache-Control"] = "no-store"
    variant = variants.choose(user_id)
    release = variant.release
    profile = release.engine.user_profile(user_id)
    if profile is None:
        raise HTTPException(404, "this user is not known")
    recent = [
        RecentInteraction(
            item_id=item_id,
            title=release.catalogue.row(position).get("title"),
            read_at=datetime.fromtimestamp(time_ms / MS_PER_SECOND, UTC),
        )
        for position, item_id, time_ms in profile.recent
    ]
    fields = asdict(profile) | {"recent": recent}
    return UserResponse(user_id=user_id, variant=variant.name, **fields)


@router.delete("/users/{user_id:path}", status_code=204, responses=problem_responses(404, 507))
async def forget(
    release: LoadedReleaseDep, consumer: EventConsumerDep, eraser: EraserDep, user_id: PathUserId
) -> None:
    """Forget a user: in both logs and on this replica at once, on all others within a second.

    The log keeps the request itself, so that a release that still contains the user forgets as well when it
    is loaded. The user's interactions stay in anonymous counts.
    """
    await eraser.erase(consumer, user_id, release.engine.now_ms())
