"""The published releases: list, description, comparison, changes of the champion, and a refresh."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from app.dependencies import EventConsumerDep, ReleaseWatcherDep, VariantsDep
from app.errors import problem_responses
from app.middleware.auth import Scope, require_scope
from app.schemas.releases import (
    Aliases,
    BaseRelease,
    PathRelease,
    ReleaseEntry,
    RollbackTarget,
    Serving,
)
from script_shared.releases.base import RegistryEntry, ReleaseRegistry
from script_shared.releases.details import ReleaseDetails, ReleaseDiff, describe_release, diff_releases
from script_shared.releases.state import CHAMPION
from script_shared.rollback import roll_back

router = APIRouter(tags=["releases"])

_MAX_LISTED = 20
_ADMIN = [Depends(require_scope(Scope.ADMIN))]
_PROBLEMS = problem_responses(401, 403, 404, 409, 422, 503)


# None of these is async: they read the volume or the object store, and other requests must not wait for that.
@router.get("/releases", responses=problem_responses(503))
def releases(release_watcher: ReleaseWatcherDep) -> list[ReleaseEntry]:
    """List the twenty newest releases, newest first."""
    return [_make_entry(entry) for entry in release_watcher.registry.list()[:_MAX_LISTED]]


@router.get("/releases/{release}", dependencies=_ADMIN, responses=_PROBLEMS)
def describe(release: PathRelease, release_watcher: ReleaseWatcherDep) -> ReleaseDetails:
    """Describe a release: its data, parameters, segments and metrics."""
    return describe_release(release_watcher.registry, release)


@router.get("/releases/{release}/diff", dependencies=_ADMIN, responses=_PROBLEMS)
def diff(
    release: PathRelease, release_watcher: ReleaseWatcherDep, base: BaseRelease = CHAMPION
) -> ReleaseDiff:
    """Compare a release with another one, by default with the champion."""
    return diff_releases(release_watcher.registry, base, release)


@router.post("/releases/promote", dependencies=_ADMIN, responses=_PROBLEMS)
def promote(release_watcher: ReleaseWatcherDep) -> Aliases:
    """Make the challenger the champion, whatever the gates decided."""
    release_watcher.registry.promote()
    return _read_aliases(release_watcher.registry)


@router.post("/releases/rollback", dependencies=_ADMIN, responses=_PROBLEMS)
def rollback(
    release_watcher: ReleaseWatcherDep, consumer: EventConsumerDep, to: RollbackTarget = None
) -> Aliases:
    """Make an earlier release the champion again, if the event log contains the events since it."""
    roll_back(release_watcher.registry, consumer.log, to or "")
    return _read_aliases(release_watcher.registry)


# Loading a release takes seconds.
@router.post("/releases/refresh", dependencies=_ADMIN, responses=problem_responses(401, 403))
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


def _read_aliases(registry: ReleaseRegistry) -> Aliases:
    state = registry.state()
    version = state.versions.get(state.champion) if state.champion else None
    return Aliases(champion=state.champion, champion_version=version, challenger=state.challenger)
