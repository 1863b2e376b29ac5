"""Rows that were rejected: each with its place, the reason and its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.domains.news.validation.rejection_reasons import REMEDIES, RejectionReason
from script_shared.errors import InputError

#: Where a row of a raw table comes from; every raw table carries these two columns.
FILE, ROW = "file", "row"
#: What a row held beyond its header's fields; null in a sound row.
OVERFLOW = "(more fields)"
#: Stands where bytes were not UTF-8: a character that no text may hold.
UNREADABLE = "\ufdd0"
#: Begins OVERFLOW of a line that could not be taken apart into fields.
BROKEN_LINE = "\ufdd1"

SCHEMA = pl.Schema(
    {FILE: pl.String, ROW: pl.Int64, "field": pl.String, "reason": pl.String, "content": pl.String}
)
CONTENT_LENGTH = 1_000

#: Texts of an optional field that stand for null, beside an empty one.
NULLS = ("NULL", "null", "None", "NaN", "nan", "<NA>", "NaT", "\\N", "undefined")

#: More rejected rows than this share of a file, and than this number, and the file is not what it should be.
UNUSABLE_SHARE = 0.5
UNUSABLE_ROWS = 10

_FAULT = "(fault)"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that may be wrong with a row: `broken` is true where it is."""

    reason: RejectionReason
    field: str | None
    broken: pl.Expr


@dataclass(slots=True)
class RowFilter:
    """Sorts the rows of one kind of raw table into sound ones and rejected ones, losing none."""

    _read: list[int] = field(default_factory=list)
    _rejected: list[pl.DataFrame] = field(default_factory=list)
    _cleared: Counter[str] = field(default_factory=Counter)

    def take(self, frame: pl.DataFrame, rules: Sequence[Rule], file: str) -> pl.DataFrame:
        """Count the rows of a whole file as read, and sift them.

        Raises:
            InputError: most rows are broken: the file is not what its name says.
        """
        self._read.append(frame.height)
        sound = self.sift(frame, rules)
        broken = frame.height - sound.height
        if broken >= UNUSABLE_ROWS and broken > UNUSABLE_SHARE * frame.height:
            rejected = self.quarantine.filter(pl.col(FILE) == file)
            raise unusable(rejected, f"{broken} of {frame.height} rows are broken")
        return sound

    def clear(self, frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
        """Turn the values of optional fields that break a rule into null, and count them; no row is lost.

        What stands for null, like `NULL` and `NaN`, becomes null and is not counted.
        """
        fields = list(dict.fromkeys(rule.field for rule in rules if rule.field is not None))
        frame = frame.with_columns(
            pl.when(~pl.col(name).is_in(NULLS)).then(pl.col(name)).alias(name) for name in fields
        )
        broken = frame.select(
            rule.broken.fill_null(value=False).alias(str(number)) for number, rule in enumerate(rules)
        )
        found = {number: rule for number, rule in enumerate(rules) if broken[str(number)].any()}
        for number, rule in found.items():
            self._cleared[f"{rule.field} set to null: {rule.reason}"] += int(broken[str(number)].sum())
        bad = {name: [str(n) for n, rule in found.items() if rule.field == name] for name in fields}
        return frame.hstack(broken).select(
            pl.when(pl.any_horizontal(bad[name])).then(None).otherwise(pl.col(name)).alias(name)
            if bad.get(name)
            else pl.col(name)
            for name in frame.columns
        )

    def note(self, what: str, rows: int) -> None:
        """Count rows of which something was taken in another way than it is written."""
        if rows:
            self._cleared[what] += rows

    @property
    def cleared(self) -> Mapping[str, int]:
        """How many values of optional fields became null, by field and reason, and what was noted."""
        return dict(sorted(self._cleared.items()))

    def sift(self, frame: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
        """Return the rows that break no rule; remember the others with the first rule they break."""
        fault = pl.coalesce(
            pl.when(rule.broken).then(pl.lit(number, pl.UInt8)) for number, rule in enumerate(rules)
        )
        marked = frame.lazy().with_columns(fault.alias(_FAULT)).collect()
        if marked[_FAULT].null_count() == marked.height:
            return frame
        self._rejected.append(_describe(marked.filter(pl.col(_FAULT).is_not_null()), rules))
        return marked.filter(pl.col(_FAULT).is_null()).drop(_FAULT)

    @property
    def quarantine(self) -> pl.DataFrame:
        """The rejected rows, ordered by place."""
        return pl.concat([SCHEMA.to_frame(), *self._rejected]).sort(FILE, ROW, maintain_order=True)

    def balance(self, kept: int) -> dict[str, Any]:
        """Return how many rows were read, kept and, by reason, rejected: nothing is lost between."""
        reasons = pl.concat([SCHEMA.to_frame(), *self._rejected])["reason"].value_counts()
        return {"read": sum(self._read), "kept": kept, "rejected": dict(sorted(reasons.iter_rows()))}


def unusable(rejected: pl.DataFrame, what: str) -> InputError:
    """Return the error that counts the rejected rows by reason and names the first of them."""
    first = rejected.row(0, named=True)
    reason = RejectionReason(first["reason"])
    counts = rejected["reason"].value_counts(sort=True).iter_rows()
    return InputError.at(
        f"{what} ({', '.join(f'{count:,} × {each}' for each, count in counts)}); the first: {reason}",
        file=first[FILE],
        row=first[ROW],
        field=first["field"],
        remedy=REMEDIES[reason],
    )


def _describe(rejected: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    reasons = pl.Series([rule.reason.value for rule in rules], dtype=pl.String)
    fields = pl.Series([rule.field for rule in rules], dtype=pl.String)
    fault = rejected[_FAULT]
    text = [
        column
        for column, dtype in rejected.schema.items()
        if column not in (FILE, ROW, _FAULT) and not dtype.is_nested()
    ]
    return rejected.select(
        pl.col(FILE).cast(pl.String),
        pl.col(ROW).cast(pl.Int64),
        fields.gather(fault).alias("field"),
        reasons.gather(fault).alias("reason"),
        content(text),
    )


def content(columns: Sequence[str]) -> pl.Expr:
    """Return the row's text as it can be told from `columns`: values joined by commas, then cut."""
    values = [pl.col(column).cast(pl.String) for column in columns]
    filled = [
        value if column == OVERFLOW else value.fill_null("")
        for column, value in zip(columns, values, strict=True)
    ]
    text = pl.concat_str(filled, separator=",", ignore_nulls=True)
    return (
        text.str.slice(0, CONTENT_LENGTH)
        .str.replace_all(UNREADABLE, "\ufffd", literal=True)
        .str.replace_all(BROKEN_LINE, "", literal=True)
        .alias("content")
    )
