"""A file's column of times: what unit, order or format it has throughout."""

from __future__ import annotations

import polars as pl

from pipelines.domains.news.formats.timestamps import TimeFormat, detect_order, in_milliseconds, read_times
from pipelines.domains.news.sources.tables.files import TableFile
from pipelines.domains.news.validation.quarantine import NULLS, RowFilter


def read_time_column(frame: pl.DataFrame, field: str, file: TableFile, sieve: RowFilter) -> pl.DataFrame:
    """Read a column of times as `read_times` does, in the unit, order and zone that was set or detected.

    Raises:
        InputError: day and month cannot be told apart.
    """
    options, time = file.options, pl.col(field)
    frame = frame.with_columns(pl.when(~time.is_in(NULLS)).then(time).alias(field))
    text_format, unit = options.time_format, None
    if text_format is None or "%" not in text_format:
        frame, unit = in_milliseconds(frame, field)
        sieve.note(f"{field} given in {unit}", frame.height if unit else 0)
    if text_format is None and unit is None:
        text_format = detect_order(frame, field)
    read = read_times(frame, field, TimeFormat(text_format, options.time_zone))
    file.facts[field] = _describe(read, field, TimeFormat(text_format, options.time_zone), unit)
    return read


def _describe(read: pl.DataFrame, field: str, how: TimeFormat, unit: str | None) -> str:
    values = read.filter(pl.col(field).is_not_null())[f"{field} (read)"].struct.unnest()
    known = values.filter(pl.col("ms").is_not_null())
    if known.is_empty():
        return "none"
    if known["number"].all():
        return f"{unit or 'milliseconds'} since 1970"
    words = how.format or ("ISO 8601 and milliseconds" if known["number"].any() else "ISO 8601")
    zoned = known["zoned"]
    if zoned.all():
        return f"{words}, with an offset"
    return f"{words}, {'some ' if zoned.any() else ''}without an offset: {how.zone}"
