"""Columns and markers that every table of raw text has, whatever its file format."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

#: The source of a row: the file's name, and the row's number in it.
FILE, ROW = "file", "row"
#: The fields of a row after the last column of the header; null in a valid row.
OVERFLOW = "(more fields)"
#: Replaces bytes that are not UTF-8: a noncharacter that valid text does not contain.
UNREADABLE = "\ufdd0"
#: The start of OVERFLOW for a line that cannot be split into fields.
BROKEN_LINE = "\ufdd1"
#: Texts that mean null in an optional field, like an empty one.
NULLS = ("NULL", "null", "None", "NaN", "nan", "<NA>", "NaT", "\\N", "undefined")


def complete_columns(
    frame: pl.DataFrame, file: str, required: Sequence[str], optional: Sequence[str]
) -> pl.DataFrame:
    """Add the file's name and null for absent optional columns; put all columns in order."""
    absent = [pl.lit(None, pl.String).alias(column) for column in optional if column not in frame.columns]
    completed = frame.with_columns(pl.lit(file, pl.Categorical).alias(FILE), *absent)
    return completed.select(FILE, ROW, *required, *optional, OVERFLOW)
