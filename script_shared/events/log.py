"""What an event log promises, whichever engine keeps it; docs/events.md says how to add one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from script_shared.errors import EventsCompactedError
from script_shared.events.event import Event

#: An event and its place in the log.
Logged = tuple[int, Event]


class Appended(NamedTuple):
    """What became of a batch.

    Attributes:
        start: the offset of the first of the new events; the others follow without a gap.
        fresh: the new events, in the order given.
        duplicates: places in the batch of events that the log had already.
    """

    start: int
    fresh: Sequence[Event]
    duplicates: frozenset[int]

    @property
    def end(self) -> int:
        """The last offset of the log after this batch; duplicates lie before it."""
        return self.start + len(self.fresh) - 1


class EventLog(ABC):
    """An append-only sequence of events that many processes write and follow.

    Offsets count from 1. They are given in the order in which events become visible, so that whoever
    has read up to an offset will never find a new event before it.
    """

    @abstractmethod
    def submit(self, events: Sequence[Event]) -> Future[Appended]:
        """Hand over a batch; the future is done when all of it is on disk, or fails with all of it left out.

        An id that the log, or the batch before this place, holds already counts as a duplicate.

        Raises:
            EventLogError: too much is waiting to be written, or the log is closed.
        """

    def append(self, events: Sequence[Event]) -> Appended:
        """Append a batch and wait until it is on disk.

        Raises:
            EventLogError: the log cannot be written now; the same batch may be sent again.
            VolumeFullError: there is no room.
        """
        return self.submit(events).result()

    @abstractmethod
    def read(self, after: int, limit: int) -> Sequence[Logged]:
        """Return at most `limit` events that come after an offset, in order.

        Raises:
            EventLogError: the log cannot be read now.
            EventsCompactedError: some of them have been taken out.
        """

    @abstractmethod
    def end(self) -> int:
        """Return the offset of the newest event, 0 where there has been none."""

    @abstractmethod
    def compact(self, through: int) -> int:
        """Take out all events up to an offset and return how many; their ids are forgotten with them."""

    @abstractmethod
    def forget(self, user_id: str) -> int:
        """Take out all events of a reader, beyond recovery from the log's own files; return how many.

        Those that say that the reader is to be forgotten stay, until they are compacted.
        """

    @abstractmethod
    def close(self) -> None:
        """Write what waits, then let go of files and connections."""


def sift(
    batches: Sequence[Sequence[Event]], known: Iterable[str], newest: int
) -> tuple[list[Appended], list[Logged]]:
    """Tell new events from duplicates and give the new ones their offsets.

    Args:
        batches: what is to be appended, in order.
        known: those of their ids that the log holds already.
        newest: the log's newest offset.

    Returns:
        What became of each batch, and all new events with their offsets.
    """
    seen = set(known)
    done: list[Appended] = []
    logged: list[Logged] = []
    for events in batches:
        start, fresh, duplicates = newest + len(logged) + 1, list[Event](), list[int]()
        for place, event in enumerate(events):
            if event.event_id in seen:
                duplicates.append(place)
            else:
                seen.add(event.event_id)
                fresh.append(event)
        done.append(Appended(start, fresh, frozenset(duplicates)))
        logged += enumerate(fresh, start)
    return done, logged


def compacted(after: int, through: int) -> EventsCompactedError:
    """Build the error for events that are no longer there."""
    return EventsCompactedError(
        f"events after {after} are asked for, and those up to {through} have been taken out",
        where="event log",
        remedy="serve a release that covers them",
    )
