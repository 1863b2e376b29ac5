"""The rate of an outcome in the baseline, and whether a later rate differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from script_shared.drift.finding import MIN_OUTCOME_CHANGE, Finding
from script_shared.drift.significance import fisher_p_values


@dataclass(frozen=True, slots=True)
class OutcomeRate:
    """Rows whose outcome is known, and those of them whose outcome is positive."""

    rows: int
    positives: int

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"rows": self.rows, "positives": self.positives}

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned."""
        return cls(document["rows"], document["positives"])

    def compare(self, rows: int, positives: int) -> Finding | None:
        """Compare a later rate with this one; None where a rate is not known or this one is 0.

        Args:
            rows: later rows whose outcome is known.
            positives: those of them whose outcome is positive.
        """
        if not rows or not self.positives:
            return None
        change = positives / rows * self.rows / self.positives - 1
        p_value = float(fisher_p_values(self.positives, self.rows, positives, rows))
        return Finding("outcome", "outcome", change, MIN_OUTCOME_CHANGE, p_value)
