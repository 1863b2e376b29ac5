"""Parses times of raw files: numbers since 1970, ISO 8601, dates with the year last, or a strptime format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipelines.formats.raw_table import FILE
from script_shared.errors import InputError

TIMESTAMP = pl.Datetime("ms", "UTC")
#: The range of valid times, ms UTC, from 1973 to 5138. Outside it a number is in another unit: seconds up to
#: the first limit, microseconds from the second.
EARLIEST_MS = 100_000_000_000
LATEST_MS = 100_000_000_000_000

#: Orders of day, month and year; each is a value of the option `time_format`.
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"

_ISO = (
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
#: Texts that are checked before a whole column is searched for dates with the year last.
_SAMPLE = 1_000
_FORMAT = "%Y-%m-%d %H:%M:%S%.f%z"
#: A parsed time. A struct, because quarantined rows list their plain columns as text and would repeat it.
_PARSED = pl.Struct({"ms": pl.Int64, "is_number": pl.Boolean, "has_offset": pl.Boolean})

#: Ranges of numbers since 1970 in other units that are times from 1973 to 5138: start, end, unit.
_UNITS = (
    (EARLIEST_MS // 1_000, EARLIEST_MS, "seconds"),
    (LATEST_MS, LATEST_MS * 1_000, "microseconds"),
    (LATEST_MS * 1_000, 2**63 - 1, "nanoseconds"),
)
_TO_MS = {
    "seconds": lambda number: number * 1_000,
    "microseconds": lambda number: number // 1_000,
    "nanoseconds": lambda number: number // 1_000_000,
}


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """The format of the times in a column.

    Attributes:
        format: a strptime format, DAY_FIRST, MONTH_FIRST, or None for numbers and ISO 8601.
        zone: IANA name of the time zone of times without an offset.
    """

    format: str | None = None
    zone: str = "UTC"


def convert_to_milliseconds(frame: pl.DataFrame, field: str) -> tuple[pl.DataFrame, str | None]:
    """Convert a column in which all values are numbers of one other unit.

    A column with mixed units is not changed: its rows violate the rules for milliseconds. Zeros fit any unit.

    Returns:
        The table, and the name of the unit; None if the column was not converted.
    """
    number = frame[field].cast(pl.Int64, strict=False)
    known = number.drop_nulls()
    known = known.filter(known != 0)
    if number.null_count() > frame[field].null_count() or known.is_empty():
        return frame, None
    for start, end, unit in _UNITS:
        if known.is_between(start, end, closed="left").all():
            return frame.with_columns(_TO_MS[unit](number).cast(pl.String).alias(field)), unit
    return frame, None


def detect_date_order(frame: pl.DataFrame, field: str) -> str | None:
    """Detect whether the dates of a column start with the day or the month.

    Returns:
        DAY_FIRST or MONTH_FIRST; None if most texts are not dates with the year last.

    Raises:
        InputError: both orders fit all dates, or each fits only some of them.
    """
    text = pl.col(field)
    sample = frame[field].gather_every(max(1, frame.height // _SAMPLE))
    if not sample.str.contains(_YEAR_LAST).any():
        return None
    dates = frame.lazy().select(FILE, field).filter(text.str.contains(_YEAR_LAST)).collect()
    if 2 * dates.height <= frame.height - frame[field].null_count():
        return None
    first, second = (_extract_year_last(field, name).cast(pl.Int64) for name in ("first", "second"))
    is_day_first, is_month_first, are_equal = dates.select(
        (first > _MONTHS).any(), (second > _MONTHS).any(), (first == second).all().alias("equal")
    ).row(0)
    if is_day_first and is_month_first:
        raise _date_order_error("some dates begin with the day and some with the month", dates, field)
    if not (is_day_first or is_month_first or are_equal):
        row = dates.filter(first != second).head(1)
        problem = f"day and month cannot be told apart: {_format_both_orders(row, field)}"
        raise _date_order_error(problem, dates, field)
    return MONTH_FIRST if is_month_first else DAY_FIRST


def _format_both_orders(row: pl.DataFrame, field: str) -> str:
    parts = (row.select(_extract_year_last(field, name)).item() for name in ("first", "second", "year"))
    first, second, year = map(int, parts)
    dates = [f"{date(year, month, day):%-d %B %Y}" for day, month in ((first, second), (second, first))]
    return f"{row[field][0]!r} is {dates[0]} or {dates[1]}"


def _date_order_error(problem: str, dates: pl.DataFrame, field: str) -> InputError:
    example = "a format such as '%d/%m/%Y %H:%M'"
    remedy = f"set --time-format {DAY_FIRST} or --time-format {MONTH_FIRST}, or {example}"
    return InputError.at(problem, file=dates[FILE][0], field=field, remedy=remedy)


def _extract_year_last(field: str, name: str) -> pl.Expr:
    return pl.col(field).str.extract_groups(_YEAR_LAST).struct.field(name)


def parse_times(frame: pl.DataFrame, field: str, time_format: TimeFormat = TimeFormat()) -> pl.DataFrame:
    """Add a column with the parsed times of `field`; the other functions of this module need it."""
    number = frame[field].cast(pl.Int64, strict=False)
    if time_format.format is not None and "%" in time_format.format:
        number = number.clear(len(number))
    parsed = pl.DataFrame({"ms": number, "is_number": number.is_not_null()})
    parsed = parsed.with_columns(has_offset="is_number")
    texts = frame[field].set(number.is_not_null(), None).alias("text")
    if texts.null_count() < len(texts):
        parsed_texts = _parse_texts(texts.to_frame(), time_format)
        parsed = parsed.hstack(parsed_texts).select(
            pl.coalesce("ms", "text_ms"), "is_number", pl.col("has_offset") | pl.col("text_has_offset")
        )
    return frame.with_columns(parsed.to_struct(parsed_column(field)).cast(_PARSED))


def parsed_column(field: str) -> str:
    """Return the name of the column that `parse_times` adds for a field: ms, is_number, has_offset."""
    return f"{field} (parsed)"


def select_time(field: str) -> pl.Expr:
    """Return the parsed time; null if the text has become null since it was parsed."""
    time = pl.col(parsed_column(field)).struct.field("ms").cast(TIMESTAMP)
    return pl.when(pl.col(field).is_not_null()).then(time).alias(field)


def lacks_offset(field: str) -> pl.Expr:
    """Return whether a time was written without an offset from UTC."""
    return ~pl.col(parsed_column(field)).struct.field("has_offset")


def _parse_texts(texts: pl.DataFrame, time_format: TimeFormat) -> pl.DataFrame:
    """Return `text_ms` (ms UTC) and `text_has_offset` for each text."""
    if time_format.format in (DAY_FIRST, MONTH_FIRST):
        texts = texts.select(_convert_to_iso(day_first=time_format.format == DAY_FIRST).alias("text"))
    if time_format.format is None or "%" not in time_format.format:
        parsed = texts.select(text_ms=_parse_iso(), text_has_offset=_has_iso_offset())
    else:
        has_offset = "%z" in time_format.format or "%:z" in time_format.format
        time = pl.col("text").str.to_datetime(
            time_format.format, time_unit="ms", time_zone="UTC" if has_offset else None, strict=False
        )
        parsed = texts.select(text_ms=time.cast(pl.Int64), text_has_offset=pl.lit(has_offset))
    if time_format.zone == "UTC":
        return parsed
    local = _convert_local_time(pl.col("text_ms").cast(pl.Datetime("ms")), time_format.zone)
    return parsed.with_columns(text_ms=pl.when("text_has_offset").then("text_ms").otherwise(local))


def _convert_local_time(time: pl.Expr, zone: str) -> pl.Expr:
    """Return ms UTC of local times: of a repeated hour the first, of a skipped hour the next one."""
    same_hour, next_hour = (
        local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").cast(pl.Int64)
        for local in (time, time + pl.duration(hours=1))
    )
    return pl.coalesce(same_hour, next_hour)


def _convert_to_iso(*, day_first: bool) -> pl.Expr:
    """Rewrite dates with the year last as ISO 8601; other texts stay."""
    text = pl.col("text")
    first, second = (_extract_year_last("text", name).str.zfill(2) for name in ("first", "second"))
    day, month = (first, second) if day_first else (second, first)
    half = _extract_year_last("text", "half").str.to_lowercase()
    hour = _extract_year_last("text", "hour").cast(pl.Int64)
    noon = pl.when(half == "pm").then(12).otherwise(0)
    hour = pl.when(half.is_null()).then(hour).otherwise(hour % 12 + noon).cast(pl.String).str.zfill(2)
    time = pl.format(" {}:{}", hour, _extract_year_last("text", "minute")).fill_null("")
    year, offset = (_extract_year_last("text", name) for name in ("year", "offset"))
    iso = pl.format("{}-{}-{}{}{}", year, month, day, time, offset.fill_null(""))
    return pl.when(text.str.contains(_YEAR_LAST)).then(iso).otherwise(text)


def _extract_iso(name: str) -> pl.Expr:
    return pl.col("text").str.extract_groups(_ISO).struct.field(name)


def _parse_iso() -> pl.Expr:
    day = _extract_iso("date").str.replace_all("/", "-", literal=True)
    defaults = {"minute": "00:00", "second": "00", "fraction": "0", "hours": "+00", "minutes": "00"}
    parts = (_extract_iso(name).fill_null(default) for name, default in defaults.items())
    text = pl.format("{} {}:{}.{}{}:{}", day, *parts)
    return text.str.to_datetime(_FORMAT, time_unit="ms", time_zone="UTC", strict=False).cast(pl.Int64)


def _has_iso_offset() -> pl.Expr:
    return _extract_iso("zulu").is_not_null() | _extract_iso("hours").is_not_null()
