"""Parses a column of times with the unit, date order or format of the whole column."""

from __future__ import annotations

import polars as pl

from pipelines.formats.raw_table import NULLS
from pipelines.formats.timestamps import (
    TimeFormat,
    convert_to_milliseconds,
    detect_date_order,
    parse_times,
    parsed_column,
)
from pipelines.table_files.table_file import TableFile
from pipelines.validation.row_filter import RowFilter


def parse_time_column(
    frame: pl.DataFrame, field: str, file: TableFile, row_filter: RowFilter
) -> pl.DataFrame:
    """Parse a column of times as `parse_times` does, with the unit, order and zone that was set or detected.

    Raises:
        InputError: the order of day and month cannot be detected.
    """
    options, text = file.options, pl.col(field)
    frame = frame.with_columns(pl.when(~text.is_in(NULLS)).then(text).alias(field))
    text_format, unit = options.time_format, None
    if text_format is None or "%" not in text_format:
        frame, unit = convert_to_milliseconds(frame, field)
        row_filter.count_change(f"{field} given in {unit}", frame.height if unit else 0)
    if text_format is None and unit is None:
        text_format = detect_date_order(frame, field)
    time_format = TimeFormat(text_format, options.time_zone)
    parsed = parse_times(frame, field, time_format)
    file.facts[field] = _describe_format(parsed, field, time_format, unit)
    return parsed


def _describe_format(frame: pl.DataFrame, field: str, time_format: TimeFormat, unit: str | None) -> str:
    parsed = frame.filter(pl.col(field).is_not_null())[parsed_column(field)].struct.unnest()
    known = parsed.filter(pl.col("ms").is_not_null())
    if known.is_empty():
        return "none"
    if known["is_number"].all():
        return f"{unit or 'milliseconds'} since 1970"
    iso = "ISO 8601 and milliseconds" if known["is_number"].any() else "ISO 8601"
    description = time_format.format or iso
    has_offset = known["has_offset"]
    if has_offset.all():
        return f"{description}, with an offset"
    return f"{description}, {'some ' if has_offset.any() else ''}without an offset: {time_format.zone}"
