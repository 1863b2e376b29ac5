"""Which logged events can be applied to a state."""

from __future__ import annotations

from typing import Any

from script_shared.events.event import EARLIEST_MS, FORGET, ITEM, LATEST_MS, READ, WITHDRAW, Event

KINDS = frozenset((READ, ITEM, WITHDRAW, FORGET))
#: Times among the details of an item, ms UTC.
_ITEM_TIMES = ("published_ms", "expires_ms")


def invalid_reason(event: Event) -> str | None:
    """Return why an event cannot be applied, None where it can.

    The API refuses such events; a log that an older version wrote may contain them.
    """
    if event.kind not in KINDS:
        return f"kind: {event.kind!r} is unknown"
    if not _is_time(event.time_ms):
        return "time_ms: not between 2000-01-01 and 2100-01-01"
    if not (_is_text(event.user_id) and _is_text(event.item_id)):
        return "user_id, item_id: not valid Unicode"
    if event.kind == ITEM:
        for name in _ITEM_TIMES:
            if name in event.details and not _is_time(event.details[name]):
                return f"{name}: not between 2000-01-01 and 2100-01-01"
    return None


def _is_time(value: Any) -> bool:
    return type(value) in (int, float) and EARLIEST_MS <= value <= LATEST_MS


def _is_text(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
