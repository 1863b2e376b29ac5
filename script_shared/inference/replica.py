"""A replica: an engine that follows the event log."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from script_shared.domain import Domain
from script_shared.events.event import INTERACTION, ITEM, NO_DETAILS, WITHDRAW, Details, Event
from script_shared.events.log import EventLog, LoggedEvent
from script_shared.events.validation import invalid_reason
from script_shared.inference.engine import Engine
from script_shared.inference.new_items import NewItemEncoder, NewItems
from script_shared.inference.rejected_events import RejectedEvents
from script_shared.models.classifier import Classifier
from script_shared.releases.manifest import Facts
from script_shared.types import Interaction
from script_shared.vocabulary import UNKNOWN

#: Number of events that are read from the log at once.
PAGE = 2_000


class Replica:
    """The state of a release plus all later events, applied in the order of the log.

    All replicas apply the same events in the same order: at the same position of the log they return the
    same results, whenever they were started. An event that cannot be applied is rejected and does not stop
    the others.

    Args:
        engine: the loaded release.
        domain: defines the context columns and the weight of an interaction.
        manifest: defines which part of the log the release contains.
        encoder: encodes new items.
        on_item: called with the position and the reported fields of each new or changed item.
        classifiers: they are told of new, changed and erased items.

    Attributes:
        position: offset of the newest event that was applied.
        rejected: events that could not be applied.
    """

    def __init__(
        self,
        engine: Engine,
        domain: Domain,
        manifest: Facts,
        encoder: NewItemEncoder,
        on_item: Callable[[int, Details], None] = lambda item, details: None,
        classifiers: Iterable[Classifier] = (),
    ) -> None:
        self.engine, self._encoder, self._on_item = engine, encoder, on_item
        self._classifiers = tuple(classifiers)
        self.position = manifest.log_after
        self._log_until, self._as_of_ms = manifest.log_until, manifest.as_of_ms
        self._context, self._weight = domain.context, domain.weight
        self._default_weight = domain.weight(NO_DETAILS)
        self._newest_ms = 0
        self.rejected = RejectedEvents()

    def follow(self, rows: Sequence[LoggedEvent]) -> int:
        """Apply the log's rows after `position`; return the number of interactions that were not counted."""
        if not rows:
            return 0
        items = [event for offset, event in rows if event.kind == ITEM and self._is_released(offset, event)]
        if items:
            self.engine.mark_as_new(event.item_id for event in items)
        return self._apply([row for row in rows if not self._is_released(*row)], rows[-1][0])

    def apply(self, events: Sequence[Event], last_offset: int) -> int:
        """Apply consecutive events of the log; return the number that were not counted."""
        return self._apply(list(enumerate(events, last_offset - len(events) + 1)), last_offset)

    def _apply(self, rows: Sequence[LoggedEvent], last_offset: int) -> int:
        valid = [row for row in rows if self._is_valid(*row)]
        not_counted = sum(self._apply_kind(kind, list(group)) for kind, group in groupby(valid, _kind))
        self._newest_ms = max([self._newest_ms, *(event.time_ms for _, event in valid)])
        self.engine.switch_to_live_clock(self._newest_ms)
        self.position = last_offset
        return not_counted

    def _is_valid(self, offset: int, event: Event) -> bool:
        reason = invalid_reason(event)
        if reason is not None:
            self.rejected.add(offset, event, reason)
        return reason is None

    def replay(self, log: EventLog, on_page: Callable[[int], None] = lambda _: None) -> None:
        """Apply all events that the log contains now.

        Args:
            log: the event log.
            on_page: called with the number of interactions of each page that were not counted.

        Raises:
            EventLogError: the log cannot be read, or has lost events that the release lacks.
        """
        if log.end_offset() < self.position:
            # The log is a new one that replaces a lost one: the release contains none of it.
            self.position = self._log_until = 0
        while rows := log.read(self.position, PAGE):
            on_page(self.follow(rows))
        self.engine.finish_replay(self._newest_ms)

    def _is_released(self, offset: int, event: Event) -> bool:
        """Return whether the release contains an event."""
        # Other events than interactions must not be applied again: a forgotten user may have come back since,
        # and an item may have been withdrawn or corrected since.
        return offset <= self._log_until and (event.kind != INTERACTION or event.time_ms < self._as_of_ms)

    def _apply_kind(self, kind: str, rows: list[LoggedEvent]) -> int:
        """Apply events of one kind; return the number that were not counted."""
        # A table of bound methods would be a reference cycle and delay the release of memory.
        if kind == INTERACTION:
            return self.engine.apply(list(self._interactions(rows)))
        if kind == ITEM:
            return sum(self._add_items(group) for group in _split_repeated(rows))
        change = self.engine.withdraw if kind == WITHDRAW else self._forget
        for _, event in rows:
            change(event.item_id if kind == WITHDRAW else event.user_id)
        return 0

    def _forget(self, user_id: str) -> None:
        self.engine.forget(user_id)
        for classifier in self._classifiers:
            classifier.forget_item(user_id)

    def _interactions(self, rows: list[LoggedEvent]) -> Iterator[Interaction]:
        for offset, event in rows:
            try:
                interaction = self._interaction(event)
            except (TypeError, ValueError, OverflowError) as error:
                self.rejected.add(offset, event, f"{type(error).__name__} in its details")
                continue
            if math.isfinite(interaction.weight):
                yield interaction
            else:
                self.rejected.add(offset, event, "its weight is not a finite number")

    def _interaction(self, event: Event) -> Interaction:
        details, user_type = event.details, event.user_type
        if not details:
            weight = self._default_weight
            return Interaction(event.user_id, event.item_id, event.time_ms, weight, user_type=user_type)
        context = {name: str(details[name]) for name in self._context if name in details}
        weight = self._weight(details)
        return Interaction(event.user_id, event.item_id, event.time_ms, weight, context, user_type)

    def _add_items(self, rows: list[LoggedEvent]) -> int:
        new_items = self._encode(rows)
        if new_items is None:
            return 0
        details = {event.item_id: event.details for _, event in rows}
        positions = self.engine.add_items(new_items).tolist()
        for item_id, position in zip(new_items.ids, positions, strict=True):
            if position != UNKNOWN:
                self._on_item(position, details[item_id])
                for classifier in self._classifiers:
                    classifier.update_item(item_id, details[item_id])
        return positions.count(UNKNOWN)

    def _encode(self, rows: list[LoggedEvent]) -> NewItems | None:
        """Encode items together; if that fails, one by one, and remove the rows of those that fail."""
        try:
            return self._encoder.encode([event for _, event in rows])
        except Exception as error:  # noqa: BLE001 - one item must not stop the others
            if len(rows) > 1:
                rows[:] = [row for row in rows if self._encode([row]) is not None]
                return self._encoder.encode([event for _, event in rows]) if rows else None
            self.rejected.add(*rows[0], f"{type(error).__name__} while it was encoded")
            return None


def _split_repeated(rows: Sequence[LoggedEvent]) -> Iterator[list[LoggedEvent]]:
    """Split rows where an item repeats, so that a correction is applied after the report it corrects."""
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
