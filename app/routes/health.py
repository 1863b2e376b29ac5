"""Whether the service is alive, whether it can answer, and what it serves."""

from __future__ import annotations

import platform
import time
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.dependencies import FollowerNow, ServedNow, TailNow
from app.errors import NotReadyError, Problem
from app.tailing import NOT_APPLIED

router = APIRouter(tags=["health"])

_STARTED = time.monotonic()


class Health(BaseModel):
    """A summary: `ready`, `degraded` or `starting`; `reason` says why it is not `ready`.

    Degraded is a service whose newest release was refused while the old one serves, and one whose lists may
    not know of all events that were acknowledged.
    """

    status: str
    release: str | None = None
    as_of_ms: int | None = None
    replay: bool | None = None
    reason: str | None = None
    uptime_seconds: float


class Version(BaseModel):
    """Which code answers."""

    name: str
    version: str
    python: str


@router.get("/health")
async def health(follower: FollowerNow, tail: TailNow) -> Health:
    """Summarise the service; always 200 while the process answers."""
    uptime = round(time.monotonic() - _STARTED, 3)
    try:
        manifest = follower.served.release.manifest
    except NotReadyError as error:
        return Health(status="starting", reason="; ".join([error.what, *tail.faults]), uptime_seconds=uptime)
    reasons = [str(follower.refusal)] if follower.refusal else []
    reasons += tail.faults
    return Health(
        status="degraded" if reasons else "ready",
        release=manifest.release_id,
        as_of_ms=manifest.as_of_ms,
        replay=manifest.replay,
        reason="; ".join(reasons) or None,
        uptime_seconds=uptime,
    )


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready", responses={503: {"model": Problem}})
async def ready(served: ServedNow, tail: TailNow) -> dict[str, Any]:
    """Say which release is served; 503 with the reason until there is one and the event log has been read.

    Also while events that were acknowledged cannot be applied. A replica that has once read the log stays
    ready while the log cannot be read: it answers from the events that it knows, and all replicas share the
    log.
    """
    if tail.is_stuck:
        raise NotReadyError(NOT_APPLIED, remedy="start the service again, or roll the release back")
    if tail.fault is None:
        return {"status": "ready", "release": served.release.id}
    if not tail.has_read:
        what = f"the events since the release are unknown: {tail.fault.what}"
        raise NotReadyError(what, remedy=tail.fault.remedy)
    return {"status": "degraded", "release": served.release.id, "reason": "; ".join(tail.faults)}


@router.get("/version")
async def version() -> Version:
    """Say which code answers."""
    return Version(name="manchete", version=__version__, python=platform.python_version())
