"""Time as a value: serving asks one injected clock, never the system."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Protocol

MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 3_600_000


class Clock(Protocol):
    """Something that knows the present moment."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""


class WallClock:
    """The machine's own clock."""

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class ReplayClock:
    """A clock for replayed data: it starts at `start_ms` and then runs at the usual speed."""

    start_ms: int
    _origin: float = field(default_factory=time.monotonic)

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC, as the replayed world sees them."""
        return self.start_ms + int((time.monotonic() - self._origin) * MS_PER_SECOND)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set: evaluation asks as of a cut-off."""

    ms: int

    def now_ms(self) -> int:
        """Return milliseconds since 1970-01-01 UTC."""
        return self.ms
