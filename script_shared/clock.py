"""Clocks: serving reads the time from one injected clock, never from the system."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 3_600_000


class Clock(Protocol):
    """A source of the current time."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""


class WallClock:
    """The system clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ReplayClock:
    """A clock for replayed data: it starts at `start_ms` and runs at the speed of the system clock."""

    start_ms: int
    _origin: float = field(default_factory=time.monotonic)

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC in the replayed data."""
        return self.start_ms + int((time.monotonic() - self._origin) * MS_PER_SECOND)


@dataclass(slots=True)
class FixedClock:
    """A clock that is set by its caller, such as an evaluation at a cut-off."""

    ms: int

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return self.ms
