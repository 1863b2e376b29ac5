"""Brings reads that name an impression from the event log over to the inference log.

The event log is compacted when a release covers its reads; an experiment goes on for longer.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from script_shared.clock import Clock
from script_shared.errors import EventsCompactedError
from script_shared.events.event import IMPRESSION, INTERACTION
from script_shared.events.log import EventLog, LoggedEvent
from script_shared.impressions.impression import AttributedInteraction
from script_shared.impressions.log import ImpressionLog

_LOG = structlog.get_logger(__name__)

#: Events read at once.
PAGE = 10_000


def attribute(events: EventLog, impressions: ImpressionLog, clock: Clock) -> int:
    """Bring over what has come since the last time, and return how many reads that is.

    Args:
        events: holds the reads.
        impressions: remembers up to where they were brought over.
        clock: tells when.

    Raises:
        EventLogError: one of the logs cannot be used now.
    """
    found = 0
    after = _begin(events, impressions.attributed_offset())
    while rows := events.read(after, PAGE):
        interactions, after = _named(rows), rows[-1][0]
        impressions.add_interactions(interactions, after, clock.now_ms())
        found += len(interactions)
    return found


def _named(rows: Sequence[LoggedEvent]) -> list[AttributedInteraction]:
    return [
        AttributedInteraction(str(event.details[IMPRESSION]), event.item_id, event.time_ms)
        for _, event in rows
        if event.kind == INTERACTION and IMPRESSION in event.details
    ]


def _begin(events: EventLog, after: int) -> int:
    """Return where to go on: behind what was compacted unseen; in another log, at its beginning."""
    end = events.end_offset()
    if end < after:
        _LOG.warning("the event log is another one than before", expected=after, end=end)
        after = 0
    first = _first_held(events, after, end)
    if first > after:
        _LOG.warning("reads were compacted before they were brought over", after=after, through=first)
    return first


def _first_held(events: EventLog, after: int, end: int) -> int:
    """Return the lowest offset from `after` on behind which the log still holds everything."""
    low, high = after, end
    while low < high:
        middle = (low + high) // 2 if low > after else low
        try:
            events.read(middle, 1)
        except EventsCompactedError:
            low = middle + 1
        else:
            high = middle
    return low
