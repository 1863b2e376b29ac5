"""Cleans valid applications: future ones, repetitions, stragglers and updates before the application."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines.domains.recruiting.refining.repetition import is_superseded
from pipelines.domains.recruiting.tables import prefix_ids
from pipelines.domains.recruiting.validation.end_of_applications import find_end_of_applications
from pipelines.domains.recruiting.validation.rejection_reasons import (
    REPEATED_APPLICATION,
    STRAGGLER,
    UPDATED_EARLIER,
)
from pipelines.domains.recruiting.values.statuses import find_unknown_statuses, normalise_statuses
from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation.cleaning import drop_duplicates, drop_future
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule
from pipelines.validation.stragglers import drop_stragglers
from script_shared.domains.recruiting.tables import APPLICANT, OPENING

_PAIR = ("opening_id", "applicant_id")
#: An export with pages of one size has at least so many openings of that size, and so many times as many as
#: openings with one application fewer.
_MIN_FULL_OPENINGS, _FULL_RATIO = 20, 3
_MAX_STATUSES = 5


def clean_applications(
    rows: pl.DataFrame, now_ms: int, share: float, row_filter: RowFilter
) -> tuple[pl.DataFrame, int]:
    """Drop applications in the future, repetitions and stragglers.

    Args:
        rows: valid rows of all files, as `validate_rows` returns them.
        now_ms: the current time, ms UTC.
        share: see `find_end`.
        row_filter: keeps the rejected rows.

    Returns:
        opening_id and applicant_id with their prefixes, timestamp, status, updated_at and recruiter, one row
        per pair; and the end of the newest day that counts, ms UTC, 0 without applications.
    """
    rows = rows.with_columns(normalise_statuses(rows["status"]))
    rows = drop_duplicates(drop_future(rows, now_ms, row_filter), row_filter)
    rows = _drop_repeated(rows, row_filter)
    as_of_ms = find_end_of_applications(rows["timestamp"], share)
    kept = drop_stragglers(rows, as_of_ms, STRAGGLER, row_filter).drop(FILE, ROW)
    kept = prefix_ids(prefix_ids(kept, OPENING, "opening_id"), APPLICANT, "applicant_id")
    return _nullify_early_updates(kept, row_filter), as_of_ms


def _drop_repeated(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the row of each pair that was updated last, of equal dates the last row, with the first time."""
    is_repeated = is_superseded(rows, _PAIR, pl.max_horizontal("updated_at", "timestamp"))
    dated = rows.with_columns(pl.col("timestamp").min().over(_PAIR))
    return row_filter.filter_rows(dated, [Rule(REPEATED_APPLICATION, "applicant_id", is_repeated)])


def _nullify_early_updates(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    is_early = (pl.col("updated_at").dt.date() < pl.col("timestamp").dt.date()).fill_null(value=False)
    row_filter.count_change(
        f"updated_at set to null: {UPDATED_EARLIER}", int(rows.select(is_early.sum()).item())
    )
    return rows.with_columns(pl.when(~is_early).then("updated_at").alias("updated_at"))


def warn_of_applications(applications: pl.DataFrame) -> Iterator[str]:
    """Yield a warning for unknown statuses, and for an export that seems to be cut at a number an opening."""
    unknown = find_unknown_statuses(applications["status"])
    if unknown:
        names = ", ".join(f"{name!r} ({count:,})" for name, count in list(unknown.items())[:_MAX_STATUSES])
        yield f"{len(unknown)} unknown statuses are kept as they are, and grade nothing: {names}"
    sizes = applications.group_by("opening_id").len("size").group_by("size").len("openings").sort("size")
    if sizes.height < 2:
        return
    (_, fewer), (largest, full) = sizes.tail(2).rows()
    if full >= _MIN_FULL_OPENINGS and full >= _FULL_RATIO * fewer:
        yield (
            f"{full:,} openings have {largest} applications and none has more: the export is probably cut "
            "there, so the number of applications is no fact"
        )
