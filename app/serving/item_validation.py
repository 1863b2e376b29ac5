"""Which of the items that were sent are to be logged, and what is told of each."""

from __future__ import annotations

import secrets
import time
from typing import Any, Literal

from app.schemas.events import Fault, Sent
from script_shared.clock import MS_PER_SECOND
from script_shared.events.event import ITEM, Event
from script_shared.inference.engine import Engine

_TIMES = ("published", "expires")

ItemStatus = Literal["new", "changed", "no-room", "malformed"]
#: Those that are in the log now.
KEPT_ITEMS = ("new", "changed", "no-room")


class ItemValidator:
    """A body's items: those to be logged, and what is to be said of each.

    Args:
        engine: knows the time and the items.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._now, self._room = engine, engine.now_ms(), engine.free_positions
        self._made = f"{time.time_ns():x}-{secrets.token_hex(6)}"
        self._new: set[str] = set()
        self.events: list[Event] = []
        self.answers: list[dict[str, Any]] = []

    @property
    def statuses(self) -> list[ItemStatus]:
        """What became of each."""
        return [answer["status"] for answer in self.answers]

    def add(self, sent: Sent | Fault) -> None:
        """Take the next item of the body."""
        if isinstance(sent, Fault):
            self._refuse("malformed", sent)
            return
        event = self._event(sent)
        if self._engine.switch_to_live_clock(int(event.details.get("published_ms", 0))):
            self._now = self._engine.now_ms()
        self.answers.append({"status": self._status(event.item_id), "item_id": event.item_id})
        self.events.append(event)

    def _status(self, item_id: str) -> ItemStatus:
        if self._engine.has_item(item_id) or item_id in self._new:
            return "changed"
        if len(self._new) >= self._room:
            return "no-room"
        self._new.add(item_id)
        return "new"

    def _refuse(self, status: ItemStatus, fault: Fault) -> None:
        self.answers.append({"status": status, "field": fault.field, "message": fault.message})

    def _event(self, sent: Sent) -> Event:
        item_id = sent.pop("item_id")
        times = {f"{name}_ms": _ms(sent.pop(f"{name}_at")) for name in _TIMES if f"{name}_at" in sent}
        if "published_ms" not in times and not self._engine.has_item(item_id):
            times["published_ms"] = self._now
        name = f"{self._made}-{len(self.answers)}"
        return Event(name, "", item_id, self._now, details={**sent, **times}, kind=ITEM)


def _ms(moment: Any) -> int:
    return moment if isinstance(moment, int) else round(moment.timestamp() * MS_PER_SECOND)
