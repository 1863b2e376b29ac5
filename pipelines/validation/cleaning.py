"""Cleaning of whole tables of valid rows: equal rows, repeated keys and rows in the future."""

from __future__ import annotations

import polars as pl

from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation.rejection_reasons import DUPLICATE, FUTURE, RejectionReason
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule
from script_shared.clock import MS_PER_MINUTE

#: How far a publisher's clock may be ahead of ours.
CLOCK_TOLERANCE_MS = 5 * MS_PER_MINUTE


def drop_duplicates(frame: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the first of the rows that are equal in every column except their file and row number."""
    values = frame.drop(FILE, ROW)
    # Equal rows have equal hashes, so only the few rows that share a hash are compared in full.
    shares_hash = values.hash_rows().is_duplicated()
    if not shares_hash.any():
        return frame
    rows = shares_hash.arg_true()
    repeated = rows.filter(~values[rows].select(pl.struct(pl.all()).is_first_distinct()).to_series())
    is_repeated = pl.int_range(pl.len()).is_in(repeated.implode())
    return row_filter.filter_rows(frame, [Rule(DUPLICATE, None, is_repeated)])


def drop_repeated(
    frame: pl.DataFrame, key: str, reason: RejectionReason, row_filter: RowFilter
) -> pl.DataFrame:
    """Keep the first row of each key; reject the others for a reason."""
    return row_filter.filter_rows(frame, [Rule(reason, key, ~pl.col(key).is_first_distinct())])


def drop_future(frame: pl.DataFrame, now_ms: int, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the rows up to `now_ms` plus CLOCK_TOLERANCE_MS."""
    is_future = pl.col("timestamp").cast(pl.Int64) > now_ms + CLOCK_TOLERANCE_MS
    return row_filter.filter_rows(frame, [Rule(FUTURE, "timestamp", is_future)])
