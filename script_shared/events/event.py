"""An event: an interaction, a new, changed or withdrawn item, or a request to forget a user."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

#: Values of the domain's columns of an interaction, and the impression that it followed; or of an item.
Details = Mapping[str, str | float]

NO_DETAILS: Details = MappingProxyType({})

#: Kinds of events: a user interacted with an item; an item is new or has changed; an item must not be
#: recommended until it is reported again; a user must be forgotten.
INTERACTION, ITEM, WITHDRAW, FORGET = "read", "item", "withdraw", "forget"

#: 2000-01-01 and 2100-01-01, ms UTC: a time outside is in seconds, or a sentinel such as year 1.
EARLIEST_MS, LATEST_MS = 946_684_800_000, 4_102_444_800_000

#: Key of an interaction's details: the id of the impression that it followed.
IMPRESSION = "impression_id"


class Event(NamedTuple):
    """An event as it is logged; a tuple, because many thousands a second are created.

    No text may contain a NUL character: Postgres cannot store it.

    Attributes:
        event_id: identifies the event; one that is sent again has the same id, and counts once.
        user_id, item_id: ids of the client; empty where the event has no user or no item.
        time_ms: time, ms UTC.
        session_id: session of the interaction, None where unknown.
        user_type: login state, None where unknown.
        details: the domain's columns of an interaction, e.g. region, device, seconds; or of an item.
        kind: `INTERACTION`, `ITEM`, `WITHDRAW` or `FORGET`.
    """

    event_id: str
    user_id: str
    item_id: str
    time_ms: int
    session_id: str | None = None
    user_type: str | None = None
    details: Details = NO_DETAILS
    kind: str = INTERACTION


#: Columns of the table of events, in the order of the fields of `Event`.
COLUMNS = ("event_id", "user_id", "item_id", "time_ms", "session_id", "user_type", "details", "kind")

Row = tuple[str, str, str, int, str | None, str | None, str | None, str]


def to_row(event: Event) -> Row:
    """Convert an event to a table row; the details become JSON, or null where there are none."""
    return (*event[:6], json.dumps(dict(event.details)) if event.details else None, event.kind)


def from_row(row: Row) -> Event:
    """Convert a table row to an event."""
    return Event(*row[:6], json.loads(row[6]) if row[6] else NO_DETAILS, row[7])
