"""Whether the service is alive, whether it can answer, and what it serves."""

from __future__ import annotations

import platform
import time
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.dependencies import EventConsumerDep, LoadedReleaseDep, ReleaseWatcherDep
from app.errors import NotReadyError, Problem
from app.serving.event_consumer import NOT_APPLIED
from script_shared.errors import MancheteError

router = APIRouter(tags=["health"])

_STARTED = time.monotonic()
_REJECTED = "events were rejected in the last 10 minutes; GET /events/rejected lists them"


class Health(BaseModel):
    """A summary: `ready`, `starting` or `degraded`.

    Degraded: the newest release was refused and the old one serves, the event log cannot be read, or events
    of it could not be applied.
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


def _reason(fault: MancheteError) -> str:
    """Say what is wrong and what to do; where is for the log, it names hosts of this network."""
    return f"{fault.what}. Remedy: {fault.remedy}" if fault.remedy else fault.what


@router.get("/health")
async def health(follower: ReleaseWatcherDep, tail: EventConsumerDep) -> Health:
    """Summarise the service; always 200 while the process answers."""
    uptime = round(time.monotonic() - _STARTED, 3)
    faults = [_reason(tail.fault)] if tail.fault else []
    faults += [_REJECTED] if tail.has_rejected else []
    try:
        manifest = follower.served.release.manifest
    except NotReadyError as error:
        return Health(status="starting", reason="; ".join([error.what, *faults]), uptime_seconds=uptime)
    reasons = [str(follower.refusal), *faults] if follower.refusal else faults
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
async def ready(served: LoadedReleaseDep, tail: EventConsumerDep) -> dict[str, Any]:
    """Say which release is served; 503 with the reason until there is one and the event log has been read.

    A replica that has once read the log stays ready while the log cannot be read: it answers from the
    events that it knows, and all replicas share the log. One that can read it and has not been able to
    apply its events for ten seconds is not ready: others may be.
    """
    if tail.is_stuck:
        raise NotReadyError(NOT_APPLIED, remedy="start the service again, or roll the release back")
    if tail.fault is None:
        return {"status": "ready", "release": served.release.id}
    if not tail.has_read:
        what = f"the events since the release are unknown: {tail.fault.what}"
        raise NotReadyError(what, remedy=tail.fault.remedy)
    return {"status": "degraded", "release": served.release.id, "reason": _reason(tail.fault)}


@router.get("/version")
async def version() -> Version:
    """Say which code answers."""
    return Version(name="manchete", version=__version__, python=platform.python_version())
