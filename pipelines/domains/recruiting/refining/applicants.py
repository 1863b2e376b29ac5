"""Refines valid applicants: salaries a month, places, and choices that are spelled alike."""

from __future__ import annotations

import polars as pl

from pipelines.domains.recruiting.refining.repetition import is_superseded
from pipelines.domains.recruiting.tables import prefix_ids
from pipelines.domains.recruiting.validation.rejection_reasons import REPEATED_RECORD
from pipelines.domains.recruiting.values.distinct import map_distinct
from pipelines.domains.recruiting.values.salaries import parse_salary
from pipelines.domains.recruiting.values.vocabularies import (
    normalise_areas,
    normalise_choices,
    normalise_language,
)
from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule
from script_shared.domains.recruiting.tables import APPLICANT, PROTECTED_COLUMNS

_PROTECTED = [column.name for column in PROTECTED_COLUMNS]


def refine_applicants(rows: pl.DataFrame, row_filter: RowFilter) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the applicants as refined items, and their protected attributes.

    The last complete row of each code counts, else the last row.

    Args:
        rows: valid rows of all files, as `validate_rows` returns them.
        row_filter: keeps the other rows, and counts the changed values.

    Returns:
        The items; and `user_id` with the protected attributes, one row for each applicant with any.
    """
    rows = rows.with_columns(pl.col("is_complete").fill_null(value=True))
    rows = _drop_repeated(rows, row_filter).drop(FILE, ROW)
    rows = _fill_place(rows).with_columns(
        normalise_areas(rows["areas"]),
        normalise_language(rows["other_language"]),
        _convert_salaries(rows["salary"], row_filter),
    )
    items = prefix_ids(rows, APPLICANT, "applicant_id").rename({"applicant_id": "item_id"})
    users = items.select(pl.col("item_id").alias("user_id"), *_PROTECTED)
    known = users.filter(pl.any_horizontal(pl.col(_PROTECTED).is_not_null()))
    return items.drop(_PROTECTED).with_columns(category=pl.lit(APPLICANT)), known


def _drop_repeated(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    is_repeated = is_superseded(rows, ["applicant_id"], pl.col("is_complete"))
    return row_filter.filter_rows(rows, [Rule(REPEATED_RECORD, "applicant_id", is_repeated)])


def _fill_place(rows: pl.DataFrame) -> pl.DataFrame:
    """Split a location such as `Campinas, SP` into city and state, or join them to a location."""
    parts = pl.col("location").str.split(",").list.eval(pl.element().str.strip_chars())
    is_pair = parts.list.len() > 1
    city = pl.when(is_pair).then(parts.list.get(-2, null_on_oob=True)).otherwise(parts.list.first())
    is_split = pl.col("city").is_null() & pl.col("state").is_null()
    split = rows.with_columns(
        city=pl.when(is_split).then(city).otherwise("city"),
        state=pl.when(is_split & is_pair).then(parts.list.last()).otherwise("state"),
        is_exact=is_split & (parts.list.len() == 2),
    )
    place = pl.concat_str("city", "state", separator=", ", ignore_nulls=True)
    kept = pl.when(~pl.col("is_exact")).then("location")
    named = normalise_choices(split).with_columns(
        location=pl.coalesce(kept, pl.when(place != "").then(place))
    )
    return named.drop("is_exact")


def _convert_salaries(texts: pl.Series, row_filter: RowFilter) -> pl.Series:
    salaries = map_distinct(texts, parse_salary, pl.Float32)
    row_filter.count_change("salary set to null: no amount in R$", salaries.null_count() - texts.null_count())
    return salaries
