"""Logged events that could not be applied to the state."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from script_shared.events.event import Event

#: Maximum number of events that are listed.
LISTED = 1_000


class RejectedEvent(NamedTuple):
    """An event that was not applied.

    Attributes:
        offset: its position in the log.
        event_id, kind: of the event; its other fields may identify a user.
        reason: why it could not be applied.
    """

    offset: int
    event_id: str
    kind: str
    reason: str


class RejectedEvents:
    """Counts rejected events and lists the newest.

    Attributes:
        count: number of rejected events.
        newest: the last `LISTED` of them, oldest first.
    """

    def __init__(self) -> None:
        self.count = 0
        self.newest: deque[RejectedEvent] = deque(maxlen=LISTED)

    def add(self, offset: int, event: Event, reason: str) -> None:
        """Count and list an event."""
        self.count += 1
        self.newest.append(RejectedEvent(offset, event.event_id, event.kind, reason))

    def since(self, count: int) -> list[RejectedEvent]:
        """Return the listed events after the first `count`."""
        added = min(self.count - count, len(self.newest))
        return list(self.newest)[len(self.newest) - added :]
