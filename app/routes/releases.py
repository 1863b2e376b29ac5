"""What has been published: the newest releases and the names that stand for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from app.dependencies import FollowerNow
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


# Not async: it reads the volume, and other requests must not wait for that.
@router.get("/releases")
def releases(follower: FollowerNow) -> list[ReleaseEntry]:
    """List the twenty newest releases, newest first."""
    return [_entry(each) for each in follower.registry.list()[:_SHOWN]]


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
