"""Makes an earlier release the champion, one that the event log can still bring up to date."""

from __future__ import annotations

from contextlib import closing

from script_shared.errors import EventLogError, EventsCompactedError
from script_shared.events.factory import open_log
from script_shared.events.log import EventLog
from script_shared.releases.registry import CHAMPION, Registry
from script_shared.releases.store import Release
from script_shared.storage.volume import Volume


def roll_back(volume: Volume, to: str = "", events_url: str = "") -> str:
    """Make a release the champion and return its id.

    Args:
        volume: holds the releases.
        to: its id; none is the newest earlier champion that can be served.
        events_url: where the event log is, as the service knows it.

    Raises:
        ReleaseError: there is no such release, or it is broken.
        EventsCompactedError: the release named needs events that the log no longer holds.
    """
    registry = Registry(volume.releases)
    with closing(open_log(events_url, volume.events)) as log:
        if not to:
            return registry.rollback(lambda release: _is_held(log, release))
        _require(log, registry.get(to))
    registry.publish(to, CHAMPION)
    return to


def _is_held(log: EventLog, release: Release) -> bool:
    try:
        _require(log, release)
    except EventsCompactedError:
        return False
    return True


def _require(log: EventLog, release: Release) -> None:
    """Make sure that the log holds what a release lacks; a log that cannot be asked now stops nobody."""
    try:
        log.read(release.manifest.log_after, 1)
    except EventsCompactedError:
        raise
    except EventLogError:
        return
