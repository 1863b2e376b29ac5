"""Decides which items of a request are logged, and the response to each."""

from __future__ import annotations

import secrets
import time
from typing import Any, Literal

from app.schemas.body_parser import Element, InvalidElement
from app.schemas.fields import to_milliseconds
from script_shared.events.event import ITEM, Event
from script_shared.inference.engine import Engine

ItemStatus = Literal["new", "changed", "no-room", "malformed"]


class ItemValidator:
    """Validates the items of a request against the engine's items and capacity.

    Args:
        engine: the engine of the served release.

    Attributes:
        events: the events to log, in the order sent.
        results: the result of each element, in the order sent.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._now_ms, self._room = engine, engine.now_ms(), engine.free_positions
        self._id_prefix = f"{time.time_ns():x}-{secrets.token_hex(6)}"
        self._new_ids: set[str] = set()
        self.events: list[Event] = []
        self.results: list[dict[str, Any]] = []

    def validate(self, element: Element | InvalidElement) -> None:
        """Validate the next element of a body."""
        if isinstance(element, InvalidElement):
            result = {"status": "malformed", "field": element.field, "message": element.message}
            self.results.append(result)
            return
        event = self._make_event(element)
        if self._engine.switch_to_live_clock(int(event.details.get("published_ms", 0))):
            self._now_ms = self._engine.now_ms()
        self.results.append({"status": self._find_status(event.item_id), "item_id": event.item_id})
        self.events.append(event)

    def _find_status(self, item_id: str) -> ItemStatus:
        if self._engine.has_item(item_id) or item_id in self._new_ids:
            return "changed"
        if len(self._new_ids) >= self._room:
            return "no-room"
        self._new_ids.add(item_id)
        return "new"

    def _make_event(self, element: Element) -> Event:
        item_id = element.pop("item_id")
        names = [name for name in ("published", "expires") if f"{name}_at" in element]
        times = {f"{name}_ms": to_milliseconds(element.pop(f"{name}_at")) for name in names}
        if "published_ms" not in times and not self._engine.has_item(item_id):
            times["published_ms"] = self._now_ms
        event_id = f"{self._id_prefix}-{len(self.results)}"
        return Event(event_id, "", item_id, self._now_ms, details={**element, **times}, kind=ITEM)
