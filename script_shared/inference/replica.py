"""An engine that follows the event log."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from script_shared.domain import Domain
from script_shared.events.event import INTERACTION, ITEM, NO_DETAILS, WITHDRAW, Details, Event
from script_shared.events.log import EventLog, LoggedEvent
from script_shared.events.validation import invalid_reason
from script_shared.inference.engine import Engine
from script_shared.inference.new_items import NewItemEncoder, NewItems
from script_shared.inference.rejected_events import RejectedEvents
from script_shared.releases.manifest import Facts
from script_shared.types import Interaction
from script_shared.vocabulary import UNKNOWN

#: Events read from the log at once.
PAGE = 2_000


class Replica:
    """A release's state plus the events since, folded in the order of the log.

    Since every replica folds the same events in the same order, all that have come equally far answer alike,
    whenever they began. An event that cannot be applied is rejected and never stops the others.

    Args:
        engine: as the release left it.
        domain: knows the context columns and what a read weighs.
        facts: the release's manifest: which part of the log its state holds already.
        arrivals: describes new items as the release describes its own.
        shown: is given the position of an item that is new or has changed, and what is told of it.

    Attributes:
        position: the offset of the newest event that is in the state.
        rejected: events that could not be applied.
    """

    def __init__(
        self,
        engine: Engine,
        domain: Domain,
        facts: Facts,
        arrivals: NewItemEncoder,
        shown: Callable[[int, Details], None] = lambda place, details: None,
    ) -> None:
        self.engine, self._arrivals, self._shown = engine, arrivals, shown
        self.position = facts.log_after
        self._covered, self._as_of_ms = facts.log_until, facts.as_of_ms
        self._context, self._weight, self._plain = domain.context, domain.weight, domain.weight(NO_DETAILS)
        self._newest_ms = 0
        self.rejected = RejectedEvents()

    def follow(self, rows: Sequence[LoggedEvent]) -> int:
        """Fold what the log gives after `position`; return how many were left out as unknown."""
        if not rows:
            return 0
        held = [event for offset, event in rows if event.kind == ITEM and self._holds(offset, event)]
        if held:
            self.engine.announce(event.item_id for event in held)
        return self._fold([row for row in rows if not self._holds(*row)], rows[-1][0])

    def apply(self, events: Sequence[Event], through: int) -> int:
        """Fold consecutive events, the last at offset `through`; return how many were left out as unknown."""
        return self._fold(list(enumerate(events, through - len(events) + 1)), through)

    def _fold(self, rows: Sequence[LoggedEvent], through: int) -> int:
        valid = [row for row in rows if self._is_valid(*row)]
        left_out = sum(self._fold_kind(kind, list(group)) for kind, group in groupby(valid, _kind))
        self._newest_ms = max([self._newest_ms, *(event.time_ms for _, event in valid)])
        self.engine.go_live(self._newest_ms)
        self.position = through
        return left_out

    def _is_valid(self, offset: int, event: Event) -> bool:
        reason = invalid_reason(event)
        if reason is not None:
            self.rejected.add(offset, event, reason)
        return reason is None

    def replay(self, log: EventLog, told: Callable[[int], None] = lambda _: None) -> None:
        """Fold all that the log holds now; `told` hears how many events each page left out.

        Raises:
            EventLogError: the log cannot be read, or no longer holds what the release lacks.
        """
        if log.end_offset() < self.position:
            # Another log in the place of the one that was lost: all of it is news.
            self.position = self._covered = 0
        while rows := log.read(self.position, PAGE):
            told(self.follow(rows))
        self.engine.resume(self._newest_ms)

    def _holds(self, offset: int, event: Event) -> bool:
        """Tell whether the release knows of it."""
        # Who came back after being forgotten is in the release, by what was read since; an item may be
        # withdrawn, or a file may say something newer of it.
        return offset <= self._covered and (event.kind != INTERACTION or event.time_ms < self._as_of_ms)

    def _fold_kind(self, kind: str, rows: list[LoggedEvent]) -> int:
        """Fold events of one kind; return how many were left out."""
        # No table of methods: it would hold the replica, and a release with it, when nobody else does.
        if kind == INTERACTION:
            return self.engine.apply(list(self._reads(rows)))
        if kind == ITEM:
            return sum(self._learn(group) for group in _distinct(rows))
        change = self.engine.withdraw if kind == WITHDRAW else self.engine.forget
        for _, event in rows:
            change(event.item_id if kind == WITHDRAW else event.user_id)
        return 0

    def _reads(self, rows: list[LoggedEvent]) -> Iterator[Interaction]:
        for offset, event in rows:
            try:
                read = self._read(event)
            except (TypeError, ValueError, OverflowError) as error:
                self.rejected.add(offset, event, f"{type(error).__name__} in its details")
                continue
            if math.isfinite(read.weight):
                yield read
            else:
                self.rejected.add(offset, event, "its weight is not a finite number")

    def _learn(self, rows: list[LoggedEvent]) -> int:
        arrived = self._describe(rows)
        if arrived is None:
            return 0
        details = {event.item_id: event.details for _, event in rows}
        places = self.engine.learn(arrived).tolist()
        for name, place in zip(arrived.ids, places, strict=True):
            if place != UNKNOWN:
                self._shown(place, details[name])
        return places.count(UNKNOWN)

    def _describe(self, rows: list[LoggedEvent]) -> NewItems | None:
        """Describe the items that can be described; one by one only where they cannot be together."""
        try:
            return self._arrivals.add_item_vectors([event for _, event in rows])
        except Exception as error:  # noqa: BLE001 - no item may stop the others
            if len(rows) > 1:
                rows[:] = [row for row in rows if self._describe([row]) is not None]
                return self._arrivals.add_item_vectors([event for _, event in rows]) if rows else None
            self.rejected.add(*rows[0], f"{type(error).__name__} while it was encoded")
            return None

    def _read(self, event: Event) -> Interaction:
        details = event.details
        if not details:
            return Interaction(
                event.user_id, event.item_id, event.time_ms, self._plain, user_type=event.user_type
            )
        context = {name: str(details[name]) for name in self._context if name in details}
        weight = self._weight(details)
        return Interaction(event.user_id, event.item_id, event.time_ms, weight, context, event.user_type)


def _distinct(rows: Sequence[LoggedEvent]) -> Iterator[list[LoggedEvent]]:
    """Split rows where an item comes again: a correction keeps what the report before it says."""
    group: dict[str, LoggedEvent] = {}
    for row in rows:
        if row[1].item_id in group:
            yield list(group.values())
            group = {}
        group[row[1].item_id] = row
    if group:
        yield list(group.values())


def _kind(row: LoggedEvent) -> str:
    return row[1].kind
