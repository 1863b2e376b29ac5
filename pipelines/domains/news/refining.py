"""The rules that raw reads and items must keep, stated once; each source says which apply to it."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.quarantine import FILE, OVERFLOW, ROW, Reason, Rule, Sieve
from script_shared.clock import MS_PER_HOUR
from script_shared.tables import TIMESTAMP

#: An hour with fewer reads than this share of the median hour's is no longer part of the data.
STRAGGLER_SHARE = 0.01

#: Milliseconds before this are 1973, seconds after it the year 5138: no read is in doubt.
EARLIEST_MS = 100_000_000_000
#: Milliseconds after this are the year 5138, microseconds before it 1973.
LATEST_MS = 100_000_000_000_000

#: Percent; what a scroll depth cannot exceed.
FULL_SCROLL = 100.0
#: Times on a page above this quantile are clipped to it: pages left open are not read for hours.
LONGEST_QUANTILE = 0.99


def too_many_fields() -> Rule:
    """A row may not hold more fields than the header."""
    return Rule(Reason.FIELDS, None, pl.col(OVERFLOW).is_not_null())


def present(field: str) -> Rule:
    """A value must be there."""
    return Rule(Reason.MISSING, field, pl.col(field).fill_null("") == "")


def whole_number(field: str) -> tuple[Rule, ...]:
    """A value must be there and be a whole number that is not negative."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    return (
        present(field),
        Rule(Reason.NUMBER, field, number.is_null()),
        Rule(Reason.NEGATIVE, field, number < 0),
    )


def measure(field: str) -> tuple[Rule, ...]:
    """A value must be a finite number that is not negative."""
    number = pl.col(field).cast(pl.Float64, strict=False)
    return (
        present(field),
        Rule(Reason.NUMBER, field, ~number.is_finite().fill_null(value=False)),
        Rule(Reason.NEGATIVE, field, number < 0),
    )


def milliseconds(field: str) -> tuple[Rule, ...]:
    """A value must be a time in milliseconds: other units are told by their size, not guessed right."""
    number = pl.col(field).cast(pl.Int64, strict=False)
    wrong_unit = ~number.is_between(EARLIEST_MS, LATEST_MS, closed="left")
    return *whole_number(field), Rule(Reason.MILLISECONDS, field, wrong_unit)


def as_time(milliseconds: pl.Expr) -> pl.Expr:
    """Convert text that keeps the rule `milliseconds` into a timestamp."""
    return milliseconds.cast(pl.Int64).cast(TIMESTAMP)


def drop_duplicates(frame: pl.DataFrame, sieve: Sieve) -> pl.DataFrame:
    """Keep the first of rows that are equal in every column but their place."""
    values = frame.drop(FILE, ROW)
    # Equal rows have equal hashes: only the few rows that share one are compared in full.
    alike = values.hash_rows().is_duplicated()
    if not alike.any():
        return frame
    numbers = alike.arg_true()
    later = numbers.filter(~values[numbers].select(pl.struct(pl.all()).is_first_distinct()).to_series())
    broken = pl.int_range(pl.len()).is_in(later.implode())
    return sieve.sift(frame, [Rule(Reason.DUPLICATE, None, broken)])


def drop_repeated(frame: pl.DataFrame, key: str, sieve: Sieve) -> pl.DataFrame:
    """Keep the first row of each key."""
    return sieve.sift(frame, [Rule(Reason.REPEATED, key, ~pl.col(key).is_first_distinct())])


def end_of_reads(timestamps: pl.Series, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest hour that holds `share` of the median hour's reads, ms UTC.

    Hours after that one hold stragglers, and stragglers' hours do not count towards the median
    that they are judged by: the rule is applied to what it keeps until it keeps all. Without
    this a long thin tail would lower the median until the tail itself passed.

    Args:
        timestamps: times of reads, at least one.
        share: between 0 and 1; 0 keeps every read.
    """
    hours = timestamps.cast(pl.Int64) // MS_PER_HOUR
    reads = hours.alias("hour").value_counts().sort("hour")
    while True:
        enough = reads.filter(pl.col("count") >= share * pl.col("count").median())
        newest = int(enough["hour"].item(-1))
        if newest == reads["hour"].item(-1):
            return (newest + 1) * MS_PER_HOUR
        reads = reads.filter(pl.col("hour") <= newest)


def drop_stragglers(frame: pl.DataFrame, as_of_ms: int, sieve: Sieve) -> pl.DataFrame:
    """Keep the rows before `as_of_ms`; the future is later than any reads that were collected."""
    late = pl.col("timestamp").cast(pl.Int64) >= as_of_ms
    return sieve.sift(frame, [Rule(Reason.STRAGGLER, "timestamp", late)])


def clip(frame: pl.DataFrame, field: str, limit: float) -> tuple[pl.DataFrame, int]:
    """Lower the values of `field` above `limit` to it; return the frame and how many were changed."""
    changed = int((frame[field] > limit).sum())
    return frame.with_columns(pl.col(field).clip(upper_bound=limit)), changed
