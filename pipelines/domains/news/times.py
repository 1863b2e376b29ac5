"""Times as publishers write them: milliseconds since 1970, or ISO 8601."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.quarantine import Rule
from pipelines.domains.news.reasons import Reason
from pipelines.domains.news.rules import EARLIEST_MS, LATEST_MS, TIMESTAMP

_PARTS = (
    r"^\s*(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[Tt ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9})\d*)?)?)?"
    r"\s*(?:(?P<zulu>[Zz]|UTC)|(?P<hours>[+-]\d{2})(?::?(?P<minutes>\d{2}))?)?\s*$"
)
_FORMAT = "%Y-%m-%d %H:%M:%S%.f%z"
#: What a time was read as, beside its text; nested, so that a quarantined row's text is not told twice.
_READ = pl.Struct({"ms": pl.Int64, "number": pl.Boolean, "zoned": pl.Boolean})


#: Numbers throughout a column that are times of 1973 to 5138 in another unit: from, to, and its name.
_UNITS = (
    (EARLIEST_MS // 1_000, EARLIEST_MS, "seconds"),
    (LATEST_MS, LATEST_MS * 1_000, "microseconds"),
    (LATEST_MS * 1_000, 2**63 - 1, "nanoseconds"),
)
_IN_MS = {
    "seconds": lambda number: number * 1_000,
    "microseconds": lambda number: number // 1_000,
    "nanoseconds": lambda number: number // 1_000_000,
}


def in_milliseconds(frame: pl.DataFrame, field: str) -> tuple[pl.DataFrame, str | None]:
    """Convert a column that holds nothing but numbers of one other unit; return it and the unit's name.

    A file in which units are mixed stays as it is: its rows break the rule of `moment`.
    """
    number = frame[field].cast(pl.Int64, strict=False)
    if number.null_count() > frame[field].null_count() or number.null_count() == len(number):
        return frame, None
    for first, end, unit in _UNITS:
        if number.drop_nulls().is_between(first, end, closed="left").all():
            return frame.with_columns(_IN_MS[unit](number).cast(pl.String).alias(field)), unit
    return frame, None


def read_times(frame: pl.DataFrame, field: str) -> pl.DataFrame:
    """Add what the texts of `field` say, for `moment`, `time_of` and `is_unzoned`."""
    number = frame[field].cast(pl.Int64, strict=False)
    read = pl.DataFrame({"ms": number, "number": number.is_not_null()}).with_columns(zoned="number")
    words = frame[field].set(number.is_not_null(), None).alias("text")
    if words.null_count() < len(words):
        written = words.to_frame().select(iso=_parse(), iso_zoned=_zoned())
        read = read.hstack(written).select(
            pl.coalesce("ms", "iso"), "number", pl.col("zoned") | pl.col("iso_zoned")
        )
    return frame.with_columns(read.to_struct(_name(field)).cast(_READ))


def moment(field: str) -> tuple[Rule, ...]:
    """A value, where there is one, must be a time that a read can have; needs `read_times`."""
    read = pl.col(_name(field)).struct.field
    impossible = ~read("ms").is_between(EARLIEST_MS, LATEST_MS, closed="left")
    no_time = pl.col(field).is_not_null() & (read("ms").is_null() | (impossible & ~read("number")))
    return (
        Rule(Reason.TIME, field, no_time),
        Rule(Reason.MILLISECONDS, field, impossible & read("number")),
    )


def time_of(field: str) -> pl.Expr:
    """Return the time that `read_times` read; null where the text has become null since."""
    time = pl.col(_name(field)).struct.field("ms").cast(TIMESTAMP)
    return pl.when(pl.col(field).is_not_null()).then(time).alias(field)


def is_unzoned(field: str) -> pl.Expr:
    """Tell whether a time was written without an offset from UTC."""
    return ~pl.col(_name(field)).struct.field("zoned")


def _name(field: str) -> str:
    return f"{field} (read)"


def _part(name: str) -> pl.Expr:
    return pl.col("text").str.extract_groups(_PARTS).struct.field(name)


def _parse() -> pl.Expr:
    text = pl.concat_str(
        *(_part("date"), pl.lit(" "), _part("minute").fill_null("00:00")),
        *(pl.lit(":"), _part("second").fill_null("00"), pl.lit("."), _part("fraction").fill_null("0")),
        *(_part("hours").fill_null("+00"), pl.lit(":"), _part("minutes").fill_null("00")),
    )
    return text.str.to_datetime(_FORMAT, time_unit="ms", time_zone="UTC", strict=False).cast(pl.Int64)


def _zoned() -> pl.Expr:
    return _part("zulu").is_not_null() | _part("hours").is_not_null()
