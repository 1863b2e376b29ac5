"""An engine that follows the event log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from script_shared.domain import Domain
from script_shared.events.event import FORGET, ITEM, NOTHING, READ, Details, Event
from script_shared.events.log import EventLog, Logged
from script_shared.inference.arrivals import Arrivals
from script_shared.inference.engine import Engine
from script_shared.releases.manifest import Facts
from script_shared.types import Read
from script_shared.vocabulary import UNKNOWN

#: Events read from the log at once.
PAGE = 2_000


class Replica:
    """A release's state plus the events since, folded in the order of the log.

    Since every replica folds the same events in the same order, all that have come equally far answer alike,
    whenever they began.

    Args:
        engine: as the release left it.
        domain: knows the context columns and what a read weighs.
        facts: the release's manifest: which part of the log its state holds already.
        arrivals: describes new items as the release describes its own.
        shown: is given the position of an item that is new or has changed, and what is told of it.

    Attributes:
        position: the offset of the newest event that is in the state.
    """

    def __init__(
        self,
        engine: Engine,
        domain: Domain,
        facts: Facts,
        arrivals: Arrivals,
        shown: Callable[[int, Details], None] = lambda place, details: None,
    ) -> None:
        self.engine, self._arrivals, self._shown = engine, arrivals, shown
        self.position = facts.log_after
        self._covered, self._as_of_ms = facts.log_until, facts.as_of_ms
        self._context, self._weight, self._plain = domain.context, domain.weight, domain.weight(NOTHING)
        self._newest_ms = 0

    def follow(self, rows: Sequence[Logged]) -> int:
        """Fold what the log gives after `position`; return how many were left out as unknown."""
        if not rows:
            return 0
        return self.apply([event for offset, event in rows if not self._holds(offset, event)], rows[-1][0])

    def apply(self, events: Sequence[Event], through: int) -> int:
        """Fold events in and move on to an offset; return how many were left out as unknown."""
        left_out = sum(self._fold(kind, list(group)) for kind, group in groupby(events, lambda x: x.kind))
        self._newest_ms = max([self._newest_ms, *(event.time_ms for event in events)])
        self.position = through
        return left_out

    def replay(self, log: EventLog, told: Callable[[int], None] = lambda _: None) -> None:
        """Fold all that the log holds now; `told` hears how many events each page left out.

        Raises:
            EventLogError: the log cannot be read, or no longer holds what the release lacks.
        """
        if log.end() < self.position:
            # Another log in the place of the one that was lost: all of it is news.
            self.position = self._covered = 0
        while rows := log.read(self.position, PAGE):
            told(self.follow(rows))
        self.engine.resume(self._newest_ms)

    def _holds(self, offset: int, event: Event) -> bool:
        """Tell whether the release knows of it; what items say does no harm twice."""
        if offset > self._covered or event.kind == ITEM:
            return False
        # Who came back after being forgotten is in the release, by what was read since.
        return event.kind == FORGET or (event.kind == READ and event.time_ms < self._as_of_ms)

    def _fold(self, kind: str, events: list[Event]) -> int:
        """Fold events of one kind; return how many were left out, which is all of a kind not known."""
        # No table of methods: it would hold the replica, and a release with it, when nobody else does.
        if kind == READ:
            return self._meet(events)
        if kind == ITEM:
            return self._learn(events)
        return self._forget(events) if kind == FORGET else len(events)

    def _meet(self, events: list[Event]) -> int:
        return self.engine.apply([self._read(event) for event in events])

    def _learn(self, events: list[Event]) -> int:
        arrived = self._arrivals.describe(events)
        details = {event.item_id: event.details for event in events}
        places = self.engine.learn(arrived).tolist()
        for name, place in zip(arrived.ids, places, strict=True):
            if place != UNKNOWN:
                self._shown(place, details[name])
        return places.count(UNKNOWN)

    def _forget(self, events: list[Event]) -> int:
        for event in events:
            self.engine.forget(event.user_id)
        return 0

    def _read(self, event: Event) -> Read:
        details = event.details
        if not details:
            return Read(event.user_id, event.item_id, event.time_ms, self._plain, user_type=event.user_type)
        context = {name: str(details[name]) for name in self._context if name in details}
        weight = self._weight(details)
        return Read(event.user_id, event.item_id, event.time_ms, weight, context, event.user_type)
