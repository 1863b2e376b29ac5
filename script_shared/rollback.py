"""Rollback to an earlier release, provided that the event log still contains the events since it."""

from __future__ import annotations

from script_shared.errors import EventLogError, EventsCompactedError
from script_shared.events.log import EventLog
from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.manifest import Manifest
from script_shared.releases.state import CHAMPION


def roll_back(registry: ReleaseRegistry, log: EventLog, name: str = "") -> str:
    """Make an earlier release the champion and return its id.

    Args:
        registry: contains the releases.
        log: the event log of the service.
        name: id or version of the release; empty for the newest earlier champion that can be served.

    Raises:
        ReleaseError: there is no such release, or it is broken.
        EventsCompactedError: the release needs events that were removed from the log.
    """
    if not name:
        return registry.rollback(lambda manifest: has_events(log, manifest))
    release_id = registry.resolve(name)
    _require_events(log, registry.read_manifest(release_id))
    registry.publish(release_id, CHAMPION)
    return release_id


def has_events(log: EventLog, manifest: Manifest) -> bool:
    """Return whether a log contains all events since a release; an unavailable log counts as complete."""
    try:
        _require_events(log, manifest)
    except EventsCompactedError:
        return False
    return True


def _require_events(log: EventLog, manifest: Manifest) -> None:
    try:
        log.read(manifest.log_after, 1)
    except EventsCompactedError:
        raise
    except EventLogError:
        return
