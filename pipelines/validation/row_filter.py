"""Applies rules to raw rows, and counts and keeps every rejected row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.formats.raw_table import FILE, NULLS, ROW
from pipelines.validation.quarantine import SCHEMA, to_quarantine, unusable_error
from pipelines.validation.rules import Rule
from script_shared.errors import InputError

#: A file is refused if it has more rejected rows than this share of its rows, and at least this number.
UNUSABLE_SHARE = 0.5
UNUSABLE_ROWS = 10

_VIOLATION = "(violation)"


@dataclass(slots=True)
class RowFilter:
    """Separates valid rows of one kind of raw table from rejected ones; every row is counted.

    Attributes:
        content: the columns of which the quarantine keeps the values, where rows contain personal data; all
            columns if empty.
    """

    content: Sequence[str] = ()
    _read: list[int] = field(default_factory=list)
    _rejected: list[pl.DataFrame] = field(default_factory=list)
    _changes: Counter[str] = field(default_factory=Counter)
    _remedies: dict[str, str] = field(default_factory=dict)

    def filter_file(self, frame: pl.DataFrame, rules: Sequence[Rule], file: str) -> pl.DataFrame:
        """Return the valid rows of a whole file, and count all its rows as read.

        Raises:
            InputError: most rows are rejected, so the file is probably of another kind.
        """
        self._read.append(frame.height)
        valid = self.filter_rows(frame, rules)
        rejected = frame.height - valid.height
        if rejected >= UNUSABLE_ROWS and rejected > UNUSABLE_SHARE * frame.height:
            rows = self.quarantine.filter(pl.col(FILE) == file)
            raise unusable_error(rows, f"{rejected} of {frame.height} rows are broken", self._remedies)
        return valid

    def filter_rows(self, frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
        """Return the rows that violate no rule; keep the others with the first rule that they violate."""
        violation = pl.coalesce(
            pl.when(rule.is_violated).then(pl.lit(number, pl.UInt8)) for number, rule in enumerate(rules)
        )
        checked = frame.lazy().with_columns(violation.alias(_VIOLATION)).collect()
        if checked[_VIOLATION].null_count() == checked.height:
            return frame
        rejected = checked.filter(pl.col(_VIOLATION).is_not_null())
        self._remedies |= {rule.reason.name: rule.reason.remedy for rule in rules}
        self._rejected.append(to_quarantine(rejected, _VIOLATION, rules, self.content))
        return checked.filter(pl.col(_VIOLATION).is_null()).drop(_VIOLATION)

    def nullify_values(self, frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
        """Replace values of optional fields that violate a rule by null, and count them; all rows are kept.

        Texts that mean null, such as `NULL` and `NaN`, become null without being counted.
        """
        fields = list(dict.fromkeys(rule.field for rule in rules if rule.field is not None))
        frame = frame.with_columns(
            pl.when(~pl.col(name).is_in(NULLS)).then(pl.col(name)).alias(name) for name in fields
        )
        violations = frame.select(
            rule.is_violated.fill_null(value=False).alias(str(number)) for number, rule in enumerate(rules)
        )
        violated = {number: rule for number, rule in enumerate(rules) if violations[str(number)].any()}
        for number, rule in violated.items():
            self._changes[f"{rule.field} set to null: {rule.reason}"] += int(violations[str(number)].sum())
        columns = {name: [str(n) for n, rule in violated.items() if rule.field == name] for name in fields}
        return frame.hstack(violations).select(
            pl.when(pl.any_horizontal(columns[name])).then(None).otherwise(pl.col(name)).alias(name)
            if columns.get(name)
            else pl.col(name)
            for name in frame.columns
        )

    def count_change(self, change: str, rows: int) -> None:
        """Count rows of which a value was changed, under a description of the change."""
        if rows:
            self._changes[change] += rows

    @property
    def changes(self) -> Mapping[str, int]:
        """The number of changed values by description of the change."""
        return dict(sorted(self._changes.items()))

    @property
    def remedies(self) -> Mapping[str, str]:
        """How to correct the data, by reason; contains all reasons of rejected rows."""
        return self._remedies

    @property
    def quarantine(self) -> pl.DataFrame:
        """The rejected rows, ordered by file and row number."""
        return self._concat_rejected().sort(FILE, ROW, maintain_order=True)

    def count_rows(self, kept: int) -> dict[str, Any]:
        """Return the number of rows that were read, kept and, by reason, rejected."""
        reasons = self._concat_rejected()["reason"].value_counts()
        return {"read": sum(self._read), "kept": kept, "rejected": dict(sorted(reasons.iter_rows()))}

    def _concat_rejected(self) -> pl.DataFrame:
        return pl.concat([SCHEMA.to_frame(), *self._rejected])


def concat_quarantines(row_filters: Mapping[str, RowFilter]) -> pl.DataFrame:
    """Return the rejected rows of all filters."""
    return pl.concat(row_filter.quarantine for row_filter in row_filters.values())


def require_rows(rows: pl.DataFrame, noun: str, row_filters: Mapping[str, RowFilter]) -> None:
    """Check that at least one row is left.

    Args:
        rows: the valid rows.
        noun: what a row is, for messages; an `s` makes its plural.
        row_filters: the filters of all kinds of rows.

    Raises:
        InputError: no row is left; names the first rejected row, if there is one.
    """
    if rows.height:
        return
    rejected = concat_quarantines(row_filters)
    if rejected.height:
        remedies = dict(pair for part in row_filters.values() for pair in part.remedies.items())
        raise unusable_error(rejected, f"no {noun} can be used", remedies)
    files = ", ".join(row_filters)
    raise InputError(f"the files contain no {noun}", where=files, remedy=f"give files that contain {noun}s")
