"""The quarantine: a table of rejected rows, each with its file, row number, field, reason and text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.formats.raw_table import BROKEN_LINE, FILE, OVERFLOW, ROW, UNREADABLE
from pipelines.validation.rules import Rule
from script_shared.errors import InputError

SCHEMA = pl.Schema(
    {FILE: pl.String, ROW: pl.Int64, "field": pl.String, "reason": pl.String, "content": pl.String}
)
#: The longest text of a row in the quarantine, in characters.
CONTENT_LENGTH = 1_000


def to_quarantine(
    rows: pl.DataFrame, violation: str, rules: Sequence[Rule], content: Sequence[str] = ()
) -> pl.DataFrame:
    """Convert rejected rows to the schema of the quarantine.

    Args:
        rows: rows of a raw table.
        violation: the column with the position in `rules` of the rule that each row violates.
        rules: the rules.
        content: the columns that the text of a row contains; all if empty.
    """
    reasons = pl.Series([rule.reason.name for rule in rules], dtype=pl.String)
    fields = pl.Series([rule.field for rule in rules], dtype=pl.String)
    plain = [column for column, dtype in rows.schema.items() if not dtype.is_nested()]
    columns = content or [column for column in plain if column not in (FILE, ROW, violation)]
    return rows.select(
        pl.col(FILE).cast(pl.String),
        pl.col(ROW).cast(pl.Int64),
        fields.gather(rows[violation]).alias("field"),
        reasons.gather(rows[violation]).alias("reason"),
        _join_columns(columns).alias("content"),
    )


def _join_columns(columns: Sequence[str]) -> pl.Expr:
    """Return the row's text: the values of `columns` joined by commas, cut at CONTENT_LENGTH."""
    texts = [
        pl.col(column).cast(pl.String) if column == OVERFLOW else pl.col(column).cast(pl.String).fill_null("")
        for column in columns
    ]
    return (
        pl.concat_str(texts, separator=",", ignore_nulls=True)
        .str.slice(0, CONTENT_LENGTH)
        .str.replace_all(UNREADABLE, "\ufffd", literal=True)
        .str.replace_all(BROKEN_LINE, "", literal=True)
    )


def unusable_error(rejected: pl.DataFrame, problem: str, remedies: Mapping[str, str]) -> InputError:
    """Return an error with the number of rejected rows by reason and the place of the first one.

    Args:
        rejected: rows of the quarantine, at least one.
        problem: what is wrong with the rows as a whole.
        remedies: by reason, how to correct the data.
    """
    first = rejected.row(0, named=True)
    reason = first["reason"]
    counts = rejected["reason"].value_counts(sort=True).iter_rows()
    return InputError.at(
        f"{problem} ({', '.join(f'{count:,} × {name}' for name, count in counts)}); the first: {reason}",
        file=first[FILE],
        row=first[ROW],
        field=first["field"],
        remedy=remedies[reason],
    )
