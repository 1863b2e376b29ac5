"""Ids and codes that a spreadsheet or pandas wrote as floating-point numbers: `1.0` is `1`."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.validation.quarantine import FILE

_SAMPLE = 50_000
_WHOLE = r"^-?\d+\.0+$"
_FRACTION = r"^-?\d+\.\d*[1-9]\d*$"
_NUMBER = r"^-?\d+(?:\.0+)?$"


def unify_whole_numbers(frames: Sequence[pl.DataFrame], field: str) -> tuple[list[pl.DataFrame], int]:
    """Write a column's whole numbers without a point in the files that write numbers alone.

    One fraction in any of the files, as in version numbers, leaves all of them as they are.

    Args:
        frames: tables with FILE that share the ids or codes of the column.
        field: the column.

    Returns:
        The tables, and how many values were changed.
    """
    value = pl.col(field)
    if not any(frame[field].str.ends_with(".0").any() for frame in frames):
        return [*frames], 0
    if any(frame[field].str.contains(_FRACTION).any() for frame in frames):
        return [*frames], 0
    found, changed = [], 0
    for frame in frames:
        numbers = value.str.strip_chars().str.contains(_NUMBER).all().over(FILE)
        whole = frame.select((numbers & value.str.contains(_WHOLE)).fill_null(value=False).alias("whole"))[
            "whole"
        ]
        changed += int(whole.sum())
        plain = pl.when(whole).then(value.str.replace(r"\.0+$", "")).otherwise(value)
        found.append(frame.with_columns(plain.alias(field)))
    return found, changed


def describe_ids(values: pl.Series) -> str:
    """Return of what kind the ids of a column are, in words, as a sample of them tells."""
    known = values.gather_every(max(1, len(values) // _SAMPLE)).drop_nulls()
    if known.is_empty():
        return "none"
    whole, leading = known.str.contains(_NUMBER), known.str.contains(r"^0\d")
    if not whole.all():
        return "text"
    if known.str.contains(".", literal=True).any():
        return "whole numbers written as 1.0"
    return "numbers with leading zeros" if leading.any() else "whole numbers"
