"""Health: whether the service is alive, whether it is ready, and its faults."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.dependencies import EventConsumerDep, LoadedReleaseDep, ReleaseWatcherDep
from app.errors import NotReadyError, problem_responses

router = APIRouter(tags=["health"])

_STARTED = time.monotonic()


class Health(BaseModel):
    """A summary: `ready`, `starting` or `degraded`.

    Degraded: the newest release was refused and an older one is served, the store of releases or the event
    log cannot be read, or some of its events could not be applied.
    """

    status: str
    release: str | None = None
    as_of_ms: int | None = None
    replay: bool | None = None
    reason: str | None = None
    uptime_seconds: float


@router.get("/health")
async def health(release_watcher: ReleaseWatcherDep, consumer: EventConsumerDep) -> Health:
    """Summarise the service's state; always 200 while the process answers."""
    uptime, faults = round(time.monotonic() - _STARTED, 3), consumer.faults
    try:
        manifest = release_watcher.release.manifest
    except NotReadyError as error:
        return Health(status="starting", reason="; ".join([error.what, *faults]), uptime_seconds=uptime)
    if release_watcher.rejected:
        faults = [str(release_watcher.rejected), *faults]
    return Health(
        status="degraded" if faults else "ready",
        release=manifest.release_id,
        as_of_ms=manifest.as_of_ms,
        replay=manifest.replay,
        reason="; ".join(faults) or None,
        uptime_seconds=uptime,
    )


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Confirm that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready", responses=problem_responses(503))
async def ready(release: LoadedReleaseDep, consumer: EventConsumerDep) -> dict[str, Any]:
    """Return the id of the served release; 503 with the reason until it contains the events of the log.

    A replica that has read the log once stays ready while the log cannot be read: all replicas share the
    log. One that can read the log and has not been able to apply its events for ten seconds is not ready:
    others may be.
    """
    consumer.check_readiness()
    if consumer.log_fault is None:
        return {"status": "ready", "release": release.id}
    return {"status": "degraded", "release": release.id, "reason": consumer.log_fault}
