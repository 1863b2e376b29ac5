"""Makes an earlier release the champion, provided that the event log still contains the events since it."""

from __future__ import annotations

from contextlib import closing

from script_shared.errors import EventLogError, EventsCompactedError
from script_shared.events.factory import open_log
from script_shared.events.log import EventLog
from script_shared.releases.registry import CHAMPION, Registry
from script_shared.releases.store import Release
from script_shared.storage.volume import Volume


def roll_back(volume: Volume, release_id: str = "", events_url: str = "") -> str:
    """Make an earlier release the champion and return its id.

    Args:
        volume: contains the releases.
        release_id: id of the release; empty for the newest earlier champion that can be served.
        events_url: URL of the event log, as the service uses it.

    Raises:
        ReleaseError: there is no such release, or it is broken.
        EventsCompactedError: the release needs events that were removed from the log.
    """
    registry = Registry(volume.releases)
    with closing(open_log(events_url, volume.events)) as log:
        if not release_id:
            return registry.rollback(lambda release: _has_events(log, release))
        _require_events(log, registry.get(release_id))
    registry.publish(release_id, CHAMPION)
    return release_id


def _has_events(log: EventLog, release: Release) -> bool:
    try:
        _require_events(log, release)
    except EventsCompactedError:
        return False
    return True


def _require_events(log: EventLog, release: Release) -> None:
    """Check that the log contains all events since a release; an unavailable log passes the check.

    Raises:
        EventsCompactedError: some of the events were removed.
    """
    try:
        log.read(release.manifest.log_after, 1)
    except EventsCompactedError:
        raise
    except EventLogError:
        return
