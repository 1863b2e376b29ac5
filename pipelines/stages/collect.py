"""Takes what the service was told out of the event log, for this run and all later ones."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import structlog

from pipelines.feedback.archive import Archive
from pipelines.feedback.erasure import Forgotten, Since
from pipelines.feedback.event_frames import frame_of
from pipelines.feedback.merge import Told
from pipelines.plan import Plan
from script_shared.errors import EventLogError
from script_shared.events.event import FORGET
from script_shared.events.factory import open_log
from script_shared.events.log import EventLog, LoggedEvent
from script_shared.releases.lock import lock_folder
from script_shared.storage.partitions import write_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

#: Events read at once, and events to a file: some 100 MB while they are brought over.
_PAGE, _TOGETHER = 10_000, 200_000
_FACTS = "log.json"


def collect(plan: Plan, volume: Volume, run: str, events_url: str = "") -> dict[str, Any]:
    """Write `events/collected/<run>`: up to where the log has been brought into `events/archive`.

    Where there is no log, nor ever was, the run goes by its source's files alone.

    Args:
        plan: the domain's.
        volume: holds the archive; and the log, where the address is empty.
        run: name of the run.
        events_url: where the log is, as the service knows it.

    Raises:
        EventLogError: the log cannot be read now, or is another one than before.
    """
    with closing(open_log(events_url, volume.events)) as log, lock_folder(volume.events, "archive"):
        archive, forgotten = archive_of(volume), forgotten_of(volume)
        before, end = archive.end(), log.end_offset()
        if 0 < end < before:
            raise _another(before, end)
        while (last := archive.end()) < end:
            _bring(log, archive, forgotten, last, end)
        facts = {"until": archive.end(), "new": archive.end() - before, "forgotten": len(forgotten)}
    with write_partition(volume.events / "collected", run) as folder:
        (folder / _FACTS).write_text(json.dumps(facts))
    _LOG.info("collected", run=run, **facts)
    return facts


def archive_of(volume: Volume) -> Archive:
    """Return what has been brought over from the log."""
    return Archive(volume.events / "archive")


def forgotten_of(volume: Volume) -> Forgotten:
    """Return who is to be left out."""
    return Forgotten(volume.events / "forgotten")


def collected(volume: Volume, run: str) -> Told | None:
    """Return what a run collected; None where there was nothing, nor ever had been."""
    path = volume.events / "collected" / run / _FACTS
    until = json.loads(path.read_text())["until"] if path.exists() else 0
    if not until:
        return None
    forgotten, events = forgotten_of(volume), archive_of(volume).read(until)
    return Told(events.filter(forgotten.keeps_events(events)), until, forgotten)


def _bring(log: EventLog, archive: Archive, forgotten: Forgotten, after: int, end: int) -> None:
    """Bring one file's worth over; whom it says to forget leaves the older files first."""
    rows, last = _read(log, after, end)
    gone = {event.user_id: Since(offset, event.time_ms) for offset, event in rows if event.kind == FORGET}
    forgotten.add(gone)
    if gone:
        archive.keep(forgotten.keeps_events)
    events = frame_of([(offset, event) for offset, event in rows if event.kind != FORGET])
    archive.add(events.filter(forgotten.keeps_events(events)), after, last)


def _read(log: EventLog, after: int, end: int) -> tuple[list[LoggedEvent], int]:
    """Return events after an offset, and the last offset that they speak for."""
    found: list[LoggedEvent] = []
    while len(found) < _TOGETHER:
        page = log.read(found[-1][0] if found else after, _PAGE)
        found += [row for row in page if row[0] <= end]
        if len(page) < _PAGE or page[-1][0] >= end:
            return found, end
    return found, found[-1][0]


def _another(archived: int, end: int) -> EventLogError:
    return EventLogError(
        f"the event log ends at {end}, and {archived} of its events were brought over before: it is another",
        where="EVENTS_URL",
        remedy="name the log that was used before, or move the folder events/archive away to begin anew",
    )
