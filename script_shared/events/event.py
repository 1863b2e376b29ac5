"""One event: a reader met an item; an item is new, changed or withdrawn; a reader is to be forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

#: Values of the domain's own columns of an interaction, and the impression that it followed.
Details = Mapping[str, str | float]

NOTHING: Details = MappingProxyType({})

#: What an event says: a reader met an item; an item is new or has changed; an item may not be named until it
#: is reported again; a reader is forgotten.
READ, ITEM, WITHDRAW, FORGET = "read", "item", "withdraw", "forget"


#: 2000-01-01 and 2100-01-01, ms UTC: a time outside is in seconds, or a sentinel such as year 1.
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000

#: Among the details of a read: the impression from which it came.
IMPRESSION = "impression_id"


class Event(NamedTuple):
    """One event as it is logged; a tuple, since many thousand a second are made.

    Attributes:
        event_id: the same event sent again has the same id, and counts once.
        user_id, item_id: who and what, in the publisher's own ids; empty where it is about neither.
        time_ms: when, ms UTC.
        session_id: the visit it belongs to, None where unknown.
        user_type: login state, None where unknown.
        details: the domain's own columns of an interaction, e.g. region, device, seconds; or of an item.
        kind: `READ`, `ITEM`, `WITHDRAW` or `FORGET`.

    No text may hold a NUL character: Postgres has no place for one.
    """

    event_id: str
    user_id: str
    item_id: str
    time_ms: int
    session_id: str | None = None
    user_type: str | None = None
    details: Details = NOTHING
    kind: str = READ


#: Columns of an event in a table, in the order of its fields.
COLUMNS = ("event_id", "user_id", "item_id", "time_ms", "session_id", "user_type", "details", "kind")

Row = tuple[str, str, str, int, str | None, str | None, str | None, str]


def to_row(event: Event) -> Row:
    """Return the event as a table keeps it: the details are JSON, null where there are none."""
    return (*event[:6], json.dumps(dict(event.details)) if event.details else None, event.kind)


def from_row(row: Row) -> Event:
    """Return the event that `to_row` gave."""
    return Event(*row[:6], json.loads(row[6]) if row[6] else NOTHING, row[7])
