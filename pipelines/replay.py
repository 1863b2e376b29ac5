"""Which data is replayed: serving's clock then starts at its end."""

from __future__ import annotations

from script_shared.clock import MS_PER_HOUR

#: Data that ends longer ago than this is replayed.
REPLAY_AFTER_MS = 14 * 24 * MS_PER_HOUR


def is_replayed(as_of_ms: int, now_ms: int) -> bool:
    """Tell whether data that ends at `as_of_ms` is replayed, both ms UTC."""
    return now_ms - as_of_ms > REPLAY_AFTER_MS
