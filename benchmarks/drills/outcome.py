"""What a drill found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.drills.load import Seen


@dataclass
class Outcome:
    """Figures, and the promises that were broken."""

    facts: dict[str, object] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, seen: Seen, lost: int, cuts: int = 0, **more: object) -> Outcome:
        """Check what holds in every drill: no list fails or is wrong, no acknowledged event is lost.

        Args:
            seen: what clients saw.
            lost: acknowledged events that the log does not hold.
            cuts: so many connections may be cut.
            more: the drill's own figures.
        """
        outcome = cls({**seen.facts(), "lost_events": lost, **more})
        outcome.demand(seen.lists[200] > 0, "no list was answered")
        outcome.demand(not seen.failed(), f"lists failed: {dict(seen.lists)}")
        outcome.demand(not seen.wrong, f"wrong lists: {seen.wrong[:3]}")
        outcome.demand(not lost, f"{lost} acknowledged events were lost")
        outcome.demand(seen.cut <= cuts, f"{seen.cut} connections were cut")
        return outcome

    def demand(self, holds: bool, otherwise: str) -> None:
        """Note a broken promise."""
        if not holds:
            self.broken.append(otherwise)

    def lines(self) -> list[str]:
        """Return the figures as lines to read."""
        told = [f"  {name.replace('_', ' '):28} {_plain(value)}" for name, value in self.facts.items()]
        return [*told, *(f"  BROKEN: {each}" for each in self.broken)]


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {count:,}" for key, count in value.items()) or "none"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
