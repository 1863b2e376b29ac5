"""Copies the clicks that name an impression from the event log to the inference log.

The event log is compacted when a release contains its events; an experiment needs its clicks for longer.
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

#: Events per read of the event log.
PAGE_SIZE = 10_000


def attribute_clicks(events: EventLog, impressions: ImpressionLog, clock: Clock) -> int:
    """Copy the clicks since the last call, and return their number.

    Args:
        events: the event log.
        impressions: the inference log; it stores the offset up to which clicks were copied.
        clock: the time at which the clicks are written.

    Raises:
        EventLogError: one of the logs is not available now.
    """
    count = 0
    after = _find_start(events, impressions.attributed_offset())
    while rows := events.read(after, PAGE_SIZE):
        clicks, after = _select_clicks(rows), rows[-1][0]
        impressions.add_interactions(clicks, after, clock.now_ms())
        count += len(clicks)
    return count


def _select_clicks(rows: Sequence[LoggedEvent]) -> list[AttributedInteraction]:
    return [
        AttributedInteraction(str(event.details[IMPRESSION]), event.item_id, event.time_ms)
        for _, event in rows
        if event.kind == INTERACTION and IMPRESSION in event.details
    ]


def _find_start(events: EventLog, after: int) -> int:
    """Return the offset after which to continue: after compacted events; 0 in a different log."""
    end = events.end_offset()
    if end < after:
        _LOG.warning("the event log is a different log than before", expected=after, end=end)
        after = 0
    first = _find_first_available(events, after, end)
    if first > after:
        _LOG.warning("events were compacted before their clicks were copied", after=after, through=first)
    return first


def _find_first_available(events: EventLog, after: int, end: int) -> int:
    """Return the lowest offset, from `after` on, after which the log still contains all events."""
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
