"""Which of the events that were sent are to be logged, and what is told of each."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from typing import Any, Literal

from app.schemas.events import Fault, Sent
from script_shared.clock import MS_PER_HOUR
from script_shared.events.event import NO_DETAILS, Event
from script_shared.inference.engine import AHEAD_MS, Engine

#: An event that is so far behind the service's clock is reported as late.
LATE_MS = MS_PER_HOUR

_AHEAD = Fault("timestamp", "lies more than 5 minutes ahead of the service's clock")

Status = Literal["accepted", "late", "unknown-item", "duplicate", "future", "malformed"]
#: Those that are in the log now.
KEPT = ("accepted", "late", "unknown-item")


class EventValidator:
    """A body's events: those to be logged, and what is to be said of each.

    Args:
        engine: knows the time and the items.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._now = engine, engine.now_ms()
        # In the order of time, so that ids that are made lie side by side in the log's index.
        self._made = f"{time.time_ns():x}-{secrets.token_hex(6)}"
        self.events: list[Event] = []
        self.statuses: list[Status] = []
        self.faults: dict[int, Fault] = {}

    def take(self, sent: Iterable[Sent | Fault]) -> None:
        """Take the body's events in their order."""
        knows, latest, late = self._engine.knows, self._now + AHEAD_MS, self._now - LATE_MS
        for each in sent:
            if isinstance(each, Fault):
                self._refuse("malformed", each)
                continue
            event = self._event(each)
            if event.time_ms > latest:
                if not self._engine.go_live(event.time_ms):
                    self._refuse("future", _AHEAD)
                    continue
                self._now = self._engine.now_ms()
                latest, late = self._now + AHEAD_MS, self._now - LATE_MS
            self.events.append(event)
            known: Status = "late" if event.time_ms < late else "accepted"
            self.statuses.append(known if knows(event.item_id) else "unknown-item")

    def _refuse(self, status: Status, fault: Fault) -> None:
        self.faults[len(self.statuses)] = fault
        self.statuses.append(status)

    def _event(self, sent: Sent) -> Event:
        """Take the spine's fields out of what was sent; the rest are the domain's own columns."""
        take = sent.pop
        moment = take("timestamp", None)
        return Event(
            take("event_id", None) or f"{self._made}-{len(self.statuses)}",
            take("user_id"),
            take("item_id"),
            self._now if moment is None else moment if type(moment) is int else _ms(moment),
            take("session_id", None),
            take("user_type", None),
            sent or NO_DETAILS,
        )

    def told(self, duplicates: frozenset[int]) -> list[dict[str, Any]]:
        """Say of each event what became of it; `duplicates` are places among those that were to be logged."""
        answers: list[dict[str, Any]] = []
        logged = 0
        for place, status in enumerate(self.statuses):
            fault = self.faults.get(place)
            if fault:
                answers.append({"status": status, "field": fault.field, "message": fault.message})
                continue
            if logged in duplicates:
                self.statuses[place] = "duplicate"
            answers.append({"status": self.statuses[place], "event_id": self.events[logged].event_id})
            logged += 1
        return answers


def _ms(moment: Any) -> int:
    return round(moment.timestamp() * 1000)
