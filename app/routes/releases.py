"""What has been published, and what of it is served: a look at the volume, out of turn where a key asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.dependencies import ReleaseWatcherDep, VariantsDep
from app.errors import Problem
from app.middleware.auth import Scope, require_scope
from script_shared.releases.registry import Entry

router = APIRouter(tags=["releases"])

_SHOWN = 20


class ReleaseEntry(BaseModel):
    """One release; what its manifest would say is null where that cannot be read."""

    release: str
    aliases: list[str]
    run: str | None = None
    created_at: datetime | None = None
    as_of_ms: int | None = None
    replay: bool | None = None
    metrics: dict[str, Any] | None = None


class Serving(BaseModel):
    """Which releases answer, and why one that should does not."""

    champion: str | None
    challenger: str | None
    refused: str | None


# Not async: it reads the volume, and other requests must not wait for that.
@router.get("/releases")
def releases(follower: ReleaseWatcherDep) -> list[ReleaseEntry]:
    """List the twenty newest releases, newest first."""
    return [_entry(each) for each in follower.registry.list()[:_SHOWN]]


# Not async: loading a release takes seconds.
@router.post(
    "/releases/look",
    dependencies=[Depends(require_scope(Scope.ADMIN))],
    responses={code: {"model": Problem} for code in (401, 403)},
)
def look(follower: ReleaseWatcherDep, variants: VariantsDep) -> Serving:
    """Look for a new champion and challenger now, also where they were refused a moment ago."""
    variants.look_again()
    champion, challenger, refusal = follower.found, variants.challenger, follower.refusal
    return Serving(
        champion=champion.release.id if champion else None,
        challenger=challenger.release.id if challenger else None,
        refused=str(refusal) if refusal else variants.refusal,
    )


def _entry(entry: Entry) -> ReleaseEntry:
    manifest = entry.manifest
    if manifest is None:
        return ReleaseEntry(release=entry.id, aliases=list(entry.aliases))
    return ReleaseEntry(
        release=entry.id,
        aliases=list(entry.aliases),
        run=manifest.run,
        created_at=manifest.created_at,
        as_of_ms=manifest.as_of_ms,
        replay=manifest.replay,
        metrics=dict(manifest.metrics),
    )
