"""The result of a drill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.harness.user_load import LoadResult


@dataclass
class DrillReport:
    """The figures of a drill, and the requirements that it violated."""

    facts: dict[str, object] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, result: LoadResult, lost: int, cuts: int = 0, **facts: object) -> DrillReport:
        """Check the requirements of every drill: no list fails or is wrong, no acknowledged event is lost.

        Args:
            result: of the load.
            lost: number of acknowledged events that the log does not contain.
            cuts: number of connections that may be cut.
            facts: figures of this drill.
        """
        report = cls({**result.facts(), "lost_events": lost, **facts})
        report.require(result.lists[200] > 0, "no list was served")
        report.require(not result.failed(), f"lists failed: {dict(result.lists)}")
        report.require(not result.errors, f"wrong lists: {result.errors[:3]}")
        report.require(not lost, f"{lost} acknowledged events were lost")
        report.require(result.cut <= cuts, f"{result.cut} connections were cut")
        return report

    def require(self, is_met: bool, violation: str) -> None:
        """Record a violation unless the requirement is met."""
        if not is_met:
            self.violations.append(violation)

    def lines(self) -> list[str]:
        """Return figures and violations as lines of text."""
        facts = [f"  {name.replace('_', ' '):28} {_format(value)}" for name, value in self.facts.items()]
        return [*facts, *(f"  VIOLATED: {violation}" for violation in self.violations)]


def _format(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {count:,}" for key, count in value.items()) or "none"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
