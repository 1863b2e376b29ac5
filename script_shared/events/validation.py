"""Validation of logged events."""

from __future__ import annotations

from typing import Any

from script_shared.events.event import EARLIEST_MS, FORGET, INTERACTION, ITEM, LATEST_MS, WITHDRAW, Event

KINDS = frozenset((INTERACTION, ITEM, WITHDRAW, FORGET))
#: Keys of an item's details that contain a time, ms UTC.
_ITEM_TIMES = ("published_ms", "expires_ms")


def invalid_reason(event: Event) -> str | None:
    """Return the reason why an event cannot be applied to a state, None where it can.

    The API rejects such events; a log that an older version wrote may contain them.
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
