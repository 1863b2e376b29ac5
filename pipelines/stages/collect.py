"""Copies new events from the event log to the volume's archive, for this run and all later ones."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import structlog

from pipelines.feedback.archive import EventArchive
from pipelines.feedback.erasure import ErasurePoint, ForgottenUsers
from pipelines.feedback.event_frames import events_to_frame
from pipelines.feedback.merge import CollectedEvents
from pipelines.feedback.record_erasure import erase_records
from pipelines.plans.plan import Plan
from script_shared.errors import EventLogError
from script_shared.events.event import FORGET
from script_shared.events.factory import open_log
from script_shared.events.log import EventLog, LoggedEvent
from script_shared.releases.lock import lock_folder
from script_shared.storage.partitions import write_partition
from script_shared.storage.volume import Volume

_LOG = structlog.get_logger(__name__)

#: Events per read of the log, and per archive file; a file takes about 100 MB of memory while it is written.
_PAGE_SIZE, _FILE_SIZE = 10_000, 200_000
_FACTS_FILE = "log.json"


def collect(plan: Plan, volume: Volume, run: str, events_url: str = "", database: str = "") -> dict[str, Any]:
    """Copy new events to `events/archive`; write their last offset to `events/collected/<run>`.

    If there has never been an event log, the run uses the files of its source alone. Users whom the log
    forgets are deleted from the database of raw records, too.

    Args:
        plan: the domain's plan.
        volume: contains the archive, and the log if `events_url` is empty.
        run: id of the run.
        events_url: URL of the event log, as the service uses it.
        database: URL of the database of raw records, if there is one.

    Raises:
        EventLogError: the log is not available now, or it is a different log than before.
        DownloadError: the database of raw records cannot be reached now.
        InputError: it refuses a statement.
    """
    with closing(open_log(events_url, volume.events)) as log, lock_folder(volume.events, "archive"):
        archive, forgotten = open_archive(volume), open_forgotten(plan, volume)
        archived_end, log_end = archive.end(), log.end_offset()
        if 0 < log_end < archived_end:
            raise _different_log_error(archived_end, log_end)
        while (after := archive.end()) < log_end:
            _archive_file(log, archive, forgotten, after, log_end)
        facts = {"until": archive.end(), "new": archive.end() - archived_end, "forgotten": len(forgotten)}
    erase_records(plan, forgotten, database)
    with write_partition(volume.events / "collected", run) as folder:
        (folder / _FACTS_FILE).write_text(json.dumps(facts))
    _LOG.info("collected", run=run, **facts)
    return facts


def open_archive(volume: Volume) -> EventArchive:
    """Return the archive of the event log."""
    return EventArchive(volume.events / "archive")


def open_forgotten(plan: Plan, volume: Volume) -> ForgottenUsers:
    """Return the list of users whose data must be left out."""
    return ForgottenUsers(volume.events / "forgotten", users_are_items=plan.domain.users_are_items)


def load_collected(plan: Plan, volume: Volume, run: str) -> CollectedEvents | None:
    """Return the events that a run collected; None if no event has ever been collected."""
    path = volume.events / "collected" / run / _FACTS_FILE
    until = json.loads(path.read_text())["until"] if path.exists() else 0
    if not until:
        return None
    forgotten, events = open_forgotten(plan, volume), open_archive(volume).read(until)
    return CollectedEvents(events.filter(forgotten.keep_events_mask(events)), until, forgotten)


def _archive_file(
    log: EventLog, archive: EventArchive, forgotten: ForgottenUsers, after: int, end: int
) -> None:
    """Archive one file of events; remove users that its events forget from the older files first."""
    rows, last = _read_events(log, after, end)
    requests = [(offset, event) for offset, event in rows if event.kind == FORGET]
    erasures = {event.user_id: ErasurePoint(offset, event.time_ms) for offset, event in requests}
    forgotten.add(erasures)
    if erasures:
        archive.retain(forgotten.keep_events_mask)
    events = events_to_frame([(offset, event) for offset, event in rows if event.kind != FORGET])
    archive.add(events.filter(forgotten.keep_events_mask(events)), after, last)


def _read_events(log: EventLog, after: int, end: int) -> tuple[list[LoggedEvent], int]:
    """Return events after an offset, and the offset up to which they are complete."""
    rows: list[LoggedEvent] = []
    while len(rows) < _FILE_SIZE:
        page = log.read(rows[-1][0] if rows else after, _PAGE_SIZE)
        rows += [row for row in page if row[0] <= end]
        if len(page) < _PAGE_SIZE or page[-1][0] >= end:
            return rows, end
    return rows, rows[-1][0]


def _different_log_error(archived_end: int, log_end: int) -> EventLogError:
    return EventLogError(
        f"the event log ends at offset {log_end}, but events up to {archived_end} are archived: "
        "it is a different log",
        where="EVENTS_URL",
        remedy="set the URL of the former log, or move the folder events/archive away to start anew",
    )
