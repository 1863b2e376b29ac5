"""Times as publishers write them: milliseconds since 1970, ISO 8601, or day, month and year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.domains.news.validation.quarantine import FILE, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import EARLIEST_MS, LATEST_MS, TIMESTAMP
from script_shared.errors import InputError

#: Orders of day, month and year; each is a value of the option `time_format`.
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"

_PARTS = (
    r"^\s*(?P<date>\d{4}[-/]\d{2}[-/]\d{2})"
    r"(?:[Tt ](?P<minute>\d{2}:\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9})\d*)?)?)?"
    r"\s*(?:(?P<zulu>[Zz]|UTC)|(?P<hours>[+-]\d{2})(?::?(?P<minutes>\d{2}))?)?\s*$"
)
#: 31/12/2026, 12/31/2026 11:59 PM: the year comes last.
_YEAR_LAST = (
    r"^\s*(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:(?:,? +|T)(?P<hour>\d{1,2}):(?P<minute>\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)"
    r"(?: ?(?P<half>[AaPp][Mm]))?)?"
    r"(?P<offset>\s*(?:[Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?)\s*$"
)
_MONTHS = 12
#: Of so many texts at least one is written as most are.
_SAMPLE = 1_000
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

    A file in which units are mixed stays as it is: its rows break the rule of `moment`. Zeros have no unit.
    """
    number = frame[field].cast(pl.Int64, strict=False)
    known = number.drop_nulls()
    known = known.filter(known != 0)
    if number.null_count() > frame[field].null_count() or known.is_empty():
        return frame, None
    for first, end, unit in _UNITS:
        if known.is_between(first, end, closed="left").all():
            return frame.with_columns(_IN_MS[unit](number).cast(pl.String).alias(field)), unit
    return frame, None


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How texts of a column are read as times.

    Attributes:
        format: a strptime format, DAY_FIRST, MONTH_FIRST, or None for numbers and ISO 8601.
        zone: IANA name of the zone of times that are written without an offset.
    """

    format: str | None = None
    zone: str = "UTC"


def detect_order(frame: pl.DataFrame, field: str) -> str | None:
    """Return the order in which a whole column writes day and month; None where most texts are other ones.

    Raises:
        InputError: nothing tells day and month apart, or both orders are used.
    """
    text = pl.col(field)
    sample = frame[field].gather_every(max(1, frame.height // _SAMPLE))
    if not sample.str.contains(_YEAR_LAST).any():
        return None
    found = frame.lazy().select(FILE, field).filter(text.str.contains(_YEAR_LAST)).collect()
    if 2 * found.height <= frame.height - frame[field].null_count():
        return None
    first, second = (_year_last(field, name).cast(pl.Int64) for name in ("first", "second"))
    day_first, month_first, same = found.select(
        (first > _MONTHS).any(), (second > _MONTHS).any(), (first == second).all().alias("same")
    ).row(0)
    if day_first and month_first:
        raise _order_error("some dates begin with the day and some with the month", found, field)
    if not (day_first or month_first or same):
        row = found.filter(first != second).head(1)
        raise _order_error(f"day and month cannot be told apart: {_both_readings(row, field)}", found, field)
    return MONTH_FIRST if month_first else DAY_FIRST


def _both_readings(row: pl.DataFrame, field: str) -> str:
    first, second, year = (
        int(row.select(_year_last(field, name)).item()) for name in ("first", "second", "year")
    )
    readings = [f"{date(year, month, day):%-d %B %Y}" for day, month in ((first, second), (second, first))]
    return f"{row[field][0]!r} is {readings[0]} or {readings[1]}"


def _order_error(what: str, found: pl.DataFrame, field: str) -> InputError:
    remedy = (
        f"set --time-format {DAY_FIRST} or --time-format {MONTH_FIRST}, or a format such as '%d/%m/%Y %H:%M'"
    )
    return InputError.at(what, file=found[FILE][0], field=field, remedy=remedy)


def _year_last(field: str, name: str) -> pl.Expr:
    return pl.col(field).str.extract_groups(_YEAR_LAST).struct.field(name)


def read_times(frame: pl.DataFrame, field: str, how: TimeFormat = TimeFormat()) -> pl.DataFrame:
    """Add what the texts of `field` say, for `moment`, `time_of` and `is_unzoned`."""
    number = frame[field].cast(pl.Int64, strict=False)
    if how.format is not None and "%" in how.format:
        number = number.clear(len(number))
    read = pl.DataFrame({"ms": number, "number": number.is_not_null()}).with_columns(zoned="number")
    words = frame[field].set(number.is_not_null(), None).alias("text")
    if words.null_count() < len(words):
        written = _parse_words(words.to_frame(), how)
        read = read.hstack(written).select(
            pl.coalesce("ms", "iso"), "number", pl.col("zoned") | pl.col("iso_zoned")
        )
    return frame.with_columns(read.to_struct(_name(field)).cast(_READ))


def _parse_words(words: pl.DataFrame, how: TimeFormat) -> pl.DataFrame:
    """Return `iso`, ms UTC, and `iso_zoned`, whether an offset was written, for each text."""
    if how.format in (DAY_FIRST, MONTH_FIRST):
        words = words.select(_year_first(how.format == DAY_FIRST).alias("text"))
        written = words.select(iso=_parse(), iso_zoned=_zoned())
    elif how.format is not None:
        zoned = "%z" in how.format or "%:z" in how.format
        time = pl.col("text").str.to_datetime(
            how.format, time_unit="ms", time_zone="UTC" if zoned else None, strict=False
        )
        written = words.select(iso=time.cast(pl.Int64), iso_zoned=pl.lit(zoned))
    else:
        written = words.select(iso=_parse(), iso_zoned=_zoned())
    if how.zone == "UTC":
        return written
    return written.with_columns(
        iso=pl.when("iso_zoned")
        .then("iso")
        .otherwise(_local(pl.col("iso").cast(pl.Datetime("ms")), how.zone))
    )


def _local(time: pl.Expr, zone: str) -> pl.Expr:
    """Return ms UTC of local times: of an hour that occurs twice the first, of a skipped one the next."""
    found, next_hour = (
        moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").cast(pl.Int64)
        for moment in (time, time + pl.duration(hours=1))
    )
    return pl.coalesce(found, next_hour)


def _year_first(day_first: bool) -> pl.Expr:
    """Return the texts with the dates whose year comes last written as ISO 8601; others stay."""
    text = pl.col("text")
    first, second = (_year_last("text", name).str.zfill(2) for name in ("first", "second"))
    day, month = (first, second) if day_first else (second, first)
    half = _year_last("text", "half").str.to_lowercase()
    hour = _year_last("text", "hour").cast(pl.Int64)
    hour = (
        pl.when(half.is_null()).then(hour).otherwise(hour % 12 + pl.when(half == "pm").then(12).otherwise(0))
    )
    clock = pl.concat_str(
        pl.lit(" "), hour.cast(pl.String).str.zfill(2), pl.lit(":"), _year_last("text", "minute")
    )
    iso = pl.concat_str(
        *(_year_last("text", "year"), pl.lit("-"), month, pl.lit("-"), day),
        *(clock.fill_null(""), _year_last("text", "offset").fill_null("")),
    )
    return pl.when(text.str.contains(_YEAR_LAST)).then(iso).otherwise(text)


def moment(field: str) -> tuple[Rule, ...]:
    """A value, where there is one, must be a time that a read can have; needs `read_times`."""
    read = pl.col(_name(field)).struct.field
    impossible = ~read("ms").is_between(EARLIEST_MS, LATEST_MS, closed="left")
    no_time = pl.col(field).is_not_null() & (read("ms").is_null() | (impossible & ~read("number")))
    return (
        Rule(RejectionReason.TIME, field, no_time),
        Rule(RejectionReason.MILLISECONDS, field, impossible & read("number")),
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
        *(
            _part("date").str.replace_all("/", "-", literal=True),
            pl.lit(" "),
            _part("minute").fill_null("00:00"),
        ),
        *(pl.lit(":"), _part("second").fill_null("00"), pl.lit("."), _part("fraction").fill_null("0")),
        *(_part("hours").fill_null("+00"), pl.lit(":"), _part("minutes").fill_null("00")),
    )
    return text.str.to_datetime(_FORMAT, time_unit="ms", time_zone="UTC", strict=False).cast(pl.Int64)


def _zoned() -> pl.Expr:
    return _part("zulu").is_not_null() | _part("hours").is_not_null()
