"""Refines valid openings: equal texts count once, areas and choices are spelled alike."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.tables import prefix_ids
from pipelines.domains.recruiting.validation.rejection_reasons import REPEATED_RECORD
from pipelines.domains.recruiting.values.vocabularies import (
    normalise_areas,
    normalise_choices,
    normalise_language,
    normalise_list,
)
from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule
from script_shared.domains.recruiting.tables import OPENING

_SAP_AREA = "TI - SAP"
_LAST_ROW = Rule(REPEATED_RECORD, "opening_id", ~pl.col("opening_id").is_last_distinct())
#: What the form writes behind an amount: the hours of a month.
_HOURS = r"\(\d+ ?h\)"


def refine_openings(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Return the openings as refined items; the last row of each code counts.

    Args:
        rows: valid rows of all files, as `validate_rows` returns them.
        row_filter: keeps the earlier rows, and counts the changed values.
    """
    rows = row_filter.filter_rows(rows, [_LAST_ROW]).drop(FILE, ROW)
    rows = normalise_choices(rows).with_columns(
        normalise_areas(rows["areas"]),
        normalise_list(rows["contract"]),
        normalise_language(rows["other_language"]),
        title=_strip_dash("title"),
        value=pl.when(pl.col("value").str.replace_all(_HOURS, "").str.contains(r"\d")).then("value"),
    )
    place = pl.concat_str("city", "state", separator=", ", ignore_nulls=True)
    rows = rows.with_columns(location=pl.coalesce("location", pl.when(place != "").then(place)))
    rows = _mark_sap(_drop_equal_skills(rows, row_filter), row_filter)
    items = prefix_ids(rows, OPENING, "opening_id").rename({"opening_id": "item_id"})
    return items.with_columns(category=pl.lit(OPENING))


def _strip_dash(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars_end(" -–")
    return pl.when(text != "").then(text)


def _drop_equal_skills(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Set skills to null where the form repeats the activities, so that they do not count twice."""
    body, skills = (pl.col(name).str.replace_all(r"\s+", " ") for name in ("body", "skills"))
    is_equal = (body == skills).fill_null(value=False)
    row_filter.count_change("skills set to null: equal to body", int(rows.select(is_equal.sum()).item()))
    return rows.with_columns(skills=pl.when(~is_equal).then("skills"))


def _mark_sap(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Set the flag where the area is SAP: the form's own flag is often left at its default."""
    is_area = pl.col("areas").str.split(", ").list.contains(_SAP_AREA).fill_null(value=False)
    is_unmarked = is_area & ~pl.col("is_sap").fill_null(value=False)
    row_filter.count_change(f"is_sap set: an area is {_SAP_AREA}", int(rows.select(is_unmarked.sum()).item()))
    return rows.with_columns(is_sap=pl.when(is_area).then(True).otherwise("is_sap"))
