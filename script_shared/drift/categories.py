"""Baselines of categorical columns, such as a client or a level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

#: The categories that a baseline lists, the most frequent ones.
MAX_CATEGORIES = 200


@dataclass(frozen=True, slots=True, eq=False)
class CategoryColumn:
    """Counts of the values of a categorical column; an empty text counts as missing.

    Attributes:
        rows: number of rows.
        missing: rows without a value.
        counts: rows by category, for the `MAX_CATEGORIES` most frequent; the others are known and
            not listed.
    """

    rows: int
    missing: int
    counts: Mapping[str, int]

    @classmethod
    def of(cls, values: Sequence[str | None]) -> Self:
        """Count values, one a row."""
        known = Counter(value for value in values if value)
        ranked = sorted(known.items(), key=lambda entry: (-entry[1], entry[0]))
        return cls(len(values), len(values) - known.total(), dict(ranked[:MAX_CATEGORIES]))

    @property
    def known(self) -> int:
        """The number of rows with a value."""
        return self.rows - self.missing

    def document(self) -> dict[str, Any]:
        """Return JSON values."""
        return {"rows": self.rows, "missing": self.missing, "counts": dict(self.counts)}

    @classmethod
    def parse(cls, document: Mapping[str, Any]) -> Self:
        """Restore what `document` returned."""
        return cls(document["rows"], document["missing"], document["counts"])
