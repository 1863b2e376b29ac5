"""The interface of an event log; docs/events.md says how to add an engine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from script_shared.errors import EventsCompactedError
from script_shared.events.event import Event

#: An event and its offset.
LoggedEvent = tuple[int, Event]


class AppendResult(NamedTuple):
    """The result of appending a batch.

    Attributes:
        start: offset of the first new event; those of the others follow without a gap.
        new: the new events, in the order of the batch.
        duplicates: places in the batch of events that the log contained already.
    """

    start: int
    new: Sequence[Event]
    duplicates: frozenset[int]

    @property
    def end(self) -> int:
        """The last offset of the log after the batch."""
        return self.start + len(self.new) - 1


class EventLog(ABC):
    """An append-only sequence of events with several writers and readers.

    Offsets start at 1 and are assigned in the order in which events become visible: a consumer that has read
    up to an offset never misses an event before it.
    """

    @abstractmethod
    def submit(self, events: Sequence[Event]) -> Future[AppendResult]:
        """Append a batch; the future completes when all of it is on disk, or fails and none of it is.

        An event whose id is in the log, or earlier in the batch, is a duplicate.

        Raises:
            EventLogError: the queue is full, or the log is closed.
        """

    def append(self, events: Sequence[Event]) -> AppendResult:
        """Append a batch and wait until it is on disk.

        Raises:
            EventLogError: the log cannot be written now; the same batch may be sent again.
            VolumeFullError: the disk is full.
        """
        return self.submit(events).result()

    @abstractmethod
    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """Return the first `limit` events after an offset, in order.

        Raises:
            EventLogError: the log cannot be read now.
            EventsCompactedError: some of these events have been removed.
        """

    @abstractmethod
    def end_offset(self) -> int:
        """Return the offset of the newest event ever appended, 0 where there was none."""

    @abstractmethod
    def compact(self, through: int) -> int:
        """Remove all events up to an offset, their ids included, and return their number."""

    @abstractmethod
    def forget(self, user_id: str, *, is_item: bool = False) -> int:
        """Remove all events of a user, unrecoverable from the log's files, and return their number.

        Events of the kind `FORGET` stay until they are compacted.

        Args:
            user_id: the user.
            is_item: whether the events whose item has this id are removed, too.
        """

    @abstractmethod
    def close(self) -> None:
        """Write all submitted batches, then close files and connections."""


def deduplicate(
    batches: Sequence[Sequence[Event]], known: Iterable[str], end_offset: int
) -> tuple[list[AppendResult], list[LoggedEvent]]:
    """Separate new events from duplicates and assign offsets to the new ones.

    Args:
        batches: events to append, in order.
        known: those of their ids that the log contains.
        end_offset: the log's newest offset.

    Returns:
        The result of each batch, and all new events with their offsets.
    """
    seen = set(known)
    results: list[AppendResult] = []
    logged: list[LoggedEvent] = []
    for events in batches:
        start, new, duplicates = end_offset + len(logged) + 1, list[Event](), list[int]()
        for place, event in enumerate(events):
            if event.event_id in seen:
                duplicates.append(place)
            else:
                seen.add(event.event_id)
                new.append(event)
        results.append(AppendResult(start, new, frozenset(duplicates)))
        logged += enumerate(new, start)
    return results, logged


def make_compacted_error(after: int, through: int) -> EventsCompactedError:
    """Build the error for a read of events that have been removed."""
    what = f"events after offset {after} were requested, but those up to {through} have been removed"
    return EventsCompactedError(what, where="event log", remedy="serve a release that covers them")
