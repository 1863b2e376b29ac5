"""Finds the end of the data, and rejects the few rows that are later."""

from __future__ import annotations

import polars as pl

from pipelines.validation.rejection_reasons import RejectionReason
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule

#: The data ends with the newest period that has this share of the median period's rows. The quietest hours of
#: a news site's nights have about 9 % of it.
STRAGGLER_SHARE = 0.05
#: The fewest rows of that period, whatever the share.
MIN_ROWS = 2


def find_end(timestamps: pl.Series, period_ms: int, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest period that has `share` of the median period's rows, ms UTC.

    Periods without rows do not count towards the median. The period must also have MIN_ROWS rows, unless
    the median period has fewer: in small data a single row with a wrong time would reach any share.

    Args:
        timestamps: times of rows, at least one.
        period_ms: the length of a period, such as an hour; periods are multiples of it since 1970.
        share: between 0 and 1.
    """
    periods = (timestamps.cast(pl.Int64) // period_ms).alias("period").value_counts()
    median = pl.col("count").median()
    min_count = pl.max_horizontal(share * median, pl.min_horizontal(median, MIN_ROWS))
    newest = periods.filter(pl.col("count") >= min_count)["period"].max()
    return (int(newest) + 1) * period_ms  # type: ignore[arg-type]


def drop_stragglers(
    frame: pl.DataFrame, as_of_ms: int, reason: RejectionReason, row_filter: RowFilter
) -> pl.DataFrame:
    """Keep the rows before `as_of_ms`; reject the others for a reason."""
    is_late = pl.col("timestamp").cast(pl.Int64) >= as_of_ms
    return row_filter.filter_rows(frame, [Rule(reason, "timestamp", is_late)])
