"""Decides which events of a request are logged, and the response to each."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any, Literal

from app.schemas.body_parser import Element, InvalidElement
from app.schemas.fields import to_milliseconds
from script_shared.clock import MS_PER_HOUR
from script_shared.events.event import NO_DETAILS, Event
from script_shared.inference.engine import MAX_CLOCK_SKEW_MS, Engine

#: An event that is older than this is reported as late.
LATE_MS = MS_PER_HOUR

_FUTURE = InvalidElement("timestamp", "is more than 5 minutes ahead of the service's clock")

EventStatus = Literal["accepted", "late", "unknown-item", "duplicate", "future", "malformed"]
#: Statuses of events that are new in the log.
LOGGED_STATUSES = ("accepted", "late", "unknown-item")


class EventValidator:
    """Validates the events of a request against the engine's clock and items.

    Args:
        engine: the engine of the served release.

    Attributes:
        events: the events to log, in the order sent.
        statuses: the status of each element, in the order sent.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._now_ms = engine, engine.now_ms()
        # Generated ids start with the time, so that they are adjacent in the log's index.
        self._id_prefix = f"{time.time_ns():x}-{secrets.token_hex(6)}"
        self.events: list[Event] = []
        self.statuses: list[EventStatus] = []
        self._invalid: dict[int, InvalidElement] = {}

    def validate(self, elements: Iterable[Element | InvalidElement]) -> None:
        """Validate the elements of a body in their order."""
        knows, latest, late = self._engine.has_item, self._now_ms + MAX_CLOCK_SKEW_MS, self._now_ms - LATE_MS
        for element in elements:
            if isinstance(element, InvalidElement):
                self._reject("malformed", element)
                continue
            event = self._make_event(element)
            if event.time_ms > latest:
                if not self._engine.switch_to_live_clock(event.time_ms):
                    self._reject("future", _FUTURE)
                    continue
                self._now_ms = self._engine.now_ms()
                latest, late = self._now_ms + MAX_CLOCK_SKEW_MS, self._now_ms - LATE_MS
            self.events.append(event)
            status: EventStatus = "late" if event.time_ms < late else "accepted"
            self.statuses.append(status if knows(event.item_id) else "unknown-item")

    def _reject(self, status: EventStatus, invalid: InvalidElement) -> None:
        self._invalid[len(self.statuses)] = invalid
        self.statuses.append(status)

    def _make_event(self, element: Element) -> Event:
        """Make an event of the common fields; the rest of the fields are the domain's columns."""
        pop = element.pop
        timestamp = pop("timestamp", None)
        return Event(
            pop("event_id", None) or f"{self._id_prefix}-{len(self.statuses)}",
            pop("user_id"),
            pop("item_id"),
            self._now_ms if timestamp is None else to_milliseconds(timestamp),
            pop("session_id", None),
            pop("user_type", None),
            element or NO_DETAILS,
        )

    def results(self, duplicates: frozenset[int]) -> list[dict[str, Any]]:
        """Return the result of each element, in the order sent.

        Args:
            duplicates: indices in `events` of those that the log contained already.
        """
        results: list[dict[str, Any]] = []
        logged = 0
        for index, status in enumerate(self.statuses):
            invalid = self._invalid.get(index)
            if invalid:
                results.append({"status": status, "field": invalid.field, "message": invalid.message})
                continue
            if logged in duplicates:
                self.statuses[index] = "duplicate"
            results.append({"status": self.statuses[index], "event_id": self.events[logged].event_id})
            logged += 1
        return results
