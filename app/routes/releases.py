"""The published releases, and an immediate check for new ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from app.dependencies import ReleaseWatcherDep, VariantsDep
from app.errors import problem_responses
from app.middleware.auth import Scope, require_scope
from script_shared.releases.base import RegistryEntry

router = APIRouter(tags=["releases"])

_MAX_LISTED = 20


class ReleaseEntry(BaseModel):
    """One release; the fields of its manifest are null when the manifest cannot be read."""

    release: str
    version: int | None = None
    aliases: list[str]
    run: str | None = None
    created_at: datetime | None = None
    as_of_ms: int | None = None
    replay: bool | None = None
    metrics: dict[str, Any] | None = None


class Serving(BaseModel):
    """The releases that are served, and why the champion or the challenger was refused."""

    champion: str | None
    challenger: str | None
    refused: str | None


# Not async: it reads the volume, and other requests must not wait for that.
@router.get("/releases")
def releases(release_watcher: ReleaseWatcherDep) -> list[ReleaseEntry]:
    """List the twenty newest releases, newest first."""
    return [_make_entry(entry) for entry in release_watcher.registry.list()[:_MAX_LISTED]]


# Not async: loading a release takes seconds.
@router.post(
    "/releases/refresh",
    dependencies=[Depends(require_scope(Scope.ADMIN))],
    responses=problem_responses(401, 403),
)
def refresh(release_watcher: ReleaseWatcherDep, variants: VariantsDep) -> Serving:
    """Load a new champion and challenger now, also those that were refused a moment ago."""
    variants.refresh()
    champion, challenger = release_watcher.release_or_none, variants.challenger
    return Serving(
        champion=champion.id if champion else None,
        challenger=challenger.id if challenger else None,
        refused=str(release_watcher.rejected) if release_watcher.rejected else variants.challenger_fault,
    )


def _make_entry(entry: RegistryEntry) -> ReleaseEntry:
    facts = entry.manifest.model_dump(include=set(ReleaseEntry.model_fields)) if entry.manifest else {}
    return ReleaseEntry(release=entry.id, version=entry.version, aliases=list(entry.aliases), **facts)
