"""Cleaning of whole tables of valid rows: duplicates, future reads, stragglers and impossible values."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.formats.raw_table import FILE, ROW
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.row_filter import RowFilter
from pipelines.domains.news.validation.rules import Rule
from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE

#: The data ends with the newest hour that has this share of the median hour's reads. The quietest hours of a
#: news site's nights have about 9 % of it.
STRAGGLER_SHARE = 0.05
#: The fewest reads of that hour, whatever the share.
MIN_READS = 2

#: How far a publisher's clock may be ahead of ours.
CLOCK_TOLERANCE_MS = 5 * MS_PER_MINUTE

#: The greatest scroll depth, in percent.
MAX_SCROLL = 100.0
#: Times on a page above this quantile are clipped to it: pages are left open for hours without being read.
MAX_SECONDS_QUANTILE = 0.99


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
    return row_filter.filter_rows(frame, [Rule(RejectionReason.DUPLICATE, None, is_repeated)])


def drop_repeated_items(frame: pl.DataFrame, key: str, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the first row of each key."""
    is_repeated = ~pl.col(key).is_first_distinct()
    return row_filter.filter_rows(frame, [Rule(RejectionReason.REPEATED_ITEM, key, is_repeated)])


def find_end_of_reads(timestamps: pl.Series, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest hour that has `share` of the median hour's reads, ms UTC.

    Hours without reads do not count towards the median. The hour must also have MIN_READS reads, unless
    the median hour has fewer: in small data a single read with a wrong time would reach any share.

    Args:
        timestamps: times of reads, at least one.
        share: between 0 and 1.
    """
    hours = (timestamps.cast(pl.Int64) // MS_PER_HOUR).alias("hour").value_counts()
    median = pl.col("count").median()
    min_count = pl.max_horizontal(share * median, pl.min_horizontal(median, MIN_READS))
    newest = hours.filter(pl.col("count") >= min_count)["hour"].max()
    return (int(newest) + 1) * MS_PER_HOUR  # type: ignore[arg-type]


def drop_future(frame: pl.DataFrame, now_ms: int, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the rows up to `now_ms` plus CLOCK_TOLERANCE_MS."""
    is_future = pl.col("timestamp").cast(pl.Int64) > now_ms + CLOCK_TOLERANCE_MS
    return row_filter.filter_rows(frame, [Rule(RejectionReason.FUTURE, "timestamp", is_future)])


def drop_stragglers(frame: pl.DataFrame, as_of_ms: int, row_filter: RowFilter) -> pl.DataFrame:
    """Keep the rows before `as_of_ms`."""
    is_late = pl.col("timestamp").cast(pl.Int64) >= as_of_ms
    return row_filter.filter_rows(frame, [Rule(RejectionReason.STRAGGLER, "timestamp", is_late)])


def clip_measures(reads: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Clip impossible scroll depths and times on a page; return the reads and the clipped counts."""
    max_seconds = float(reads["seconds"].quantile(MAX_SECONDS_QUANTILE, "nearest") or 0)
    reads, clipped_scroll = _clip(reads, "scroll", MAX_SCROLL)
    reads, clipped_seconds = _clip(reads, "seconds", max_seconds)
    return reads, {"scroll over 100": clipped_scroll, "seconds over the 99th percentile": clipped_seconds}


def _clip(frame: pl.DataFrame, field: str, limit: float) -> tuple[pl.DataFrame, int]:
    clipped = int((frame[field] > limit).sum())
    return frame.with_columns(pl.col(field).clip(upper_bound=limit)), clipped
