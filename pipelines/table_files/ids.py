"""Normalizes ids and codes that a spreadsheet or pandas wrote as floating-point numbers: `1.0` is `1`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.formats.raw_table import FILE

_SAMPLE = 50_000
_WHOLE = r"^-?\d+\.0+$"
_FRACTION = r"^-?\d+\.\d*[1-9]\d*$"
_NUMBER = r"^-?\d+(?:\.0+)?$"


def normalize_whole_numbers(frames: Sequence[pl.DataFrame], field: str) -> tuple[list[pl.DataFrame], int]:
    """Remove the decimal point of whole numbers in files whose column contains only numbers.

    Nothing is changed if any file contains a fraction, as version numbers do.

    Args:
        frames: tables with FILE that share the ids or codes of the column.
        field: the column.

    Returns:
        The tables, and the number of changed values.
    """
    value = pl.col(field)
    if not any(frame[field].str.ends_with(".0").any() for frame in frames):
        return [*frames], 0
    if any(frame[field].str.contains(_FRACTION).any() for frame in frames):
        return [*frames], 0
    normalized, changed = [], 0
    for frame in frames:
        is_numeric = value.str.strip_chars().str.contains(_NUMBER).all().over(FILE)
        has_point = (is_numeric & value.str.contains(_WHOLE)).fill_null(value=False)
        mask = frame.select(has_point.alias("mask"))["mask"]
        changed += int(mask.sum())
        without_point = pl.when(mask).then(value.str.replace(r"\.0+$", "")).otherwise(value)
        normalized.append(frame.with_columns(without_point.alias(field)))
    return normalized, changed


def describe_ids(values: pl.Series) -> str:
    """Describe the ids of a column by a sample of them."""
    known = values.gather_every(max(1, len(values) // _SAMPLE)).drop_nulls()
    if known.is_empty():
        return "none"
    if not known.str.contains(_NUMBER).all():
        return "text"
    if known.str.contains(".", literal=True).any():
        return "whole numbers written as 1.0"
    return "numbers with leading zeros" if known.str.contains(r"^0\d").any() else "whole numbers"
