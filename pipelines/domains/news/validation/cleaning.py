"""What sound rows go through together: equal ones, late ones and impossible values."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.validation.quarantine import FILE, ROW, RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE

#: An hour with fewer reads than this share of the median hour's is no longer part of the data. The
#: quietest hours of a news site's nights hold about 9 % of it.
STRAGGLER_SHARE = 0.05
#: So many reads an hour must hold whatever the share.
FEWEST_READS = 2

#: So much may a publisher's clock be ahead of ours.
FAST_CLOCK_MS = 5 * MS_PER_MINUTE

#: Percent; what a scroll depth cannot exceed.
FULL_SCROLL = 100.0
#: Times on a page above this quantile are clipped to it: pages left open are not read for hours.
LONGEST_QUANTILE = 0.99


def drop_duplicates(frame: pl.DataFrame, sieve: RowFilter) -> pl.DataFrame:
    """Keep the first of rows that are equal in every column but their place."""
    values = frame.drop(FILE, ROW)
    # Equal rows have equal hashes: only the few rows that share one are compared in full.
    similar_items = values.hash_rows().is_duplicated()
    if not similar_items.any():
        return frame
    numbers = similar_items.arg_true()
    later = numbers.filter(~values[numbers].select(pl.struct(pl.all()).is_first_distinct()).to_series())
    broken = pl.int_range(pl.len()).is_in(later.implode())
    return sieve.sift(frame, [Rule(RejectionReason.DUPLICATE, None, broken)])


def drop_repeated(frame: pl.DataFrame, key: str, sieve: RowFilter) -> pl.DataFrame:
    """Keep the first row of each key."""
    return sieve.sift(frame, [Rule(RejectionReason.REPEATED, key, ~pl.col(key).is_first_distinct())])


def end_of_reads(timestamps: pl.Series, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest hour that holds `share` of the median hour's reads, ms UTC.

    Hours without a read do not count towards the median. Two reads are asked for at least, unless
    the median hour has fewer: in small data one wrong clock would pass any share.

    Args:
        timestamps: times of reads, at least one.
        share: between 0 and 1.
    """
    hours = (timestamps.cast(pl.Int64) // MS_PER_HOUR).alias("hour").value_counts()
    median = pl.col("count").median()
    enough = pl.max_horizontal(share * median, pl.min_horizontal(median, FEWEST_READS))
    newest = hours.filter(pl.col("count") >= enough)["hour"].max()
    return (int(newest) + 1) * MS_PER_HOUR  # type: ignore[arg-type]


def drop_future(frame: pl.DataFrame, now_ms: int, sieve: RowFilter) -> pl.DataFrame:
    """Keep the rows that can have happened by `now_ms`, give or take a clock that is fast."""
    future = pl.col("timestamp").cast(pl.Int64) > now_ms + FAST_CLOCK_MS
    return sieve.sift(frame, [Rule(RejectionReason.FUTURE, "timestamp", future)])


def drop_stragglers(frame: pl.DataFrame, as_of_ms: int, sieve: RowFilter) -> pl.DataFrame:
    """Keep the rows before `as_of_ms`."""
    late = pl.col("timestamp").cast(pl.Int64) >= as_of_ms
    return sieve.sift(frame, [Rule(RejectionReason.STRAGGLER, "timestamp", late)])


def clip(frame: pl.DataFrame, field: str, limit: float) -> tuple[pl.DataFrame, int]:
    """Lower the values of `field` above `limit` to it; return the frame and how many were changed."""
    changed = int((frame[field] > limit).sum())
    return frame.with_columns(pl.col(field).clip(upper_bound=limit)), changed


def clip_measures(reads: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Lower scroll depths and times on a page that cannot be; return the frame and how many of each."""
    longest = float(reads["seconds"].quantile(LONGEST_QUANTILE, "nearest") or 0)
    reads, farther = clip(reads, "scroll", FULL_SCROLL)
    reads, longer = clip(reads, "seconds", longest)
    return reads, {"scroll over 100": farther, "seconds over the 99th percentile": longer}
