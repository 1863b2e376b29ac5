"""Decides whether data is historical; the serving clock then starts at the end of the data."""

from __future__ import annotations

from script_shared.clock import MS_PER_HOUR

#: Data that ended longer ago than this is historical.
REPLAY_AFTER_MS = 14 * 24 * MS_PER_HOUR


def is_replayed(as_of_ms: int, now_ms: int) -> bool:
    """Return whether data that ends at `as_of_ms` is historical at `now_ms`, both ms UTC."""
    return now_ms - as_of_ms > REPLAY_AFTER_MS
