"""Reads the events of a period: those of the archive, and those that only the event log contains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import polars as pl

from pipelines.feedback.archive import EventArchive
from pipelines.feedback.event_frames import SCHEMA, events_to_frame
from pipelines.plans.monitoring import LogWindow
from script_shared.events.event import FORGET
from script_shared.events.factory import open_log
from script_shared.events.log import EventLog

_PAGE_SIZE = 10_000


def read_events(window: LogWindow, *, users_are_items: bool = False) -> pl.DataFrame:
    """Return the events of a period as a frame of `SCHEMA`, in the order of the log.

    Events of users that the log forgets are left out, also where the archive still contains them.

    Args:
        window: the period.
        users_are_items: whether each user is an item, too, so that events with a forgotten one are left out.

    Raises:
        EventLogError: the log is not available now.
    """
    archive = EventArchive(window.volume.events / "archive")
    is_inside = pl.col("time_ms").is_between(window.from_ms, window.to_ms, closed="left")
    archived = [pl.scan_parquet(file.path).filter(is_inside).collect() for file in archive.files()]
    with closing(open_log(window.events_url, window.volume.events)) as log:
        recent = pl.concat([SCHEMA.to_frame(), *_read_pages(log, archive.end())])
    forgotten = recent.filter(pl.col("kind") == FORGET)["user_id"].implode()
    events = pl.concat([SCHEMA.to_frame(), *archived, recent.filter(is_inside)])
    columns = ("user_id", "item_id") if users_are_items else ("user_id",)
    is_forgotten = pl.any_horizontal(pl.col(columns).is_in(forgotten))
    return events.filter(~is_forgotten).unique("event_id", keep="first", maintain_order=True)


def _read_pages(log: EventLog, after: int) -> Iterator[pl.DataFrame]:
    while rows := log.read(after, _PAGE_SIZE):
        yield events_to_frame(rows)
        after = rows[-1][0]
