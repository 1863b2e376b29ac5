"""Reads a raw Parquet file into a table of text, as from CSV, so that the same rules apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.formats.headers import NormalizeNames, match_columns
from pipelines.formats.raw_table import OVERFLOW, ROW, UNREADABLE, complete_columns
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

#: Exceptions that Arrow raises for damaged files.
_DAMAGED = (pa.ArrowException, OSError, MemoryError, OverflowError, ValueError)
#: Floating point represents whole numbers exactly up to this; pandas writes nullable ids so.
_EXACT = float(2**53)
_ISO = "%Y-%m-%d %H:%M:%S%.3f"
#: Years 1 to 9999, in milliseconds since 1970.
_FOUR_DIGIT_YEARS = (-62_135_596_800_000, 253_402_300_799_999)


def read_parquet(
    file: RawFile,
    required: Sequence[str],
    optional: Sequence[str] = (),
    normalize_names: NormalizeNames = list,
) -> pl.DataFrame:
    """Read columns of a Parquet file as text.

    Times become milliseconds since 1970, or ISO 8601 if they have no time zone. Whole floating-point
    numbers are written without a decimal point. NaN becomes null.

    Args:
        file: the file.
        required: columns that it must have.
        optional: columns that it may have; absent ones are null.
        normalize_names: maps the file's column names to those in `required` and `optional`.

    Returns:
        A table as `read_csv` returns it; rows count from 1.

    Raises:
        InputError: the file is damaged, lacks a column, or a column has another type than text, number
            or time.
    """
    with _translate_damage(file.name):
        parquet = pq.ParquetFile(pa.BufferReader(file.load()), page_checksum_verification=True)
        schema = parquet.schema_arrow
        columns = match_columns(schema.names, required, optional, file.name, normalize_names)
        for column, name in columns.items():
            _check_type(schema.field(name).type, file.name, column)
        table = parquet.read(columns=list(columns.values()))
        texts = pl.DataFrame({column: _as_text(table.column(name)) for column, name in columns.items()})
    frame = texts.with_row_index(ROW, offset=1).with_columns(pl.lit(None, pl.String).alias(OVERFLOW))
    return complete_columns(frame, file.name, required, optional)


def read_parquet_names(contents: bytes, name: str) -> list[str]:
    """Return the column names of a Parquet file.

    Raises:
        InputError: the file is damaged.
    """
    with _translate_damage(name):
        return list(pq.ParquetFile(pa.BufferReader(contents)).schema_arrow.names)


@contextmanager
def _translate_damage(file: str) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as cause:
        first_line = str(cause).strip().split("\n", 1)[0][:200]
        problem = f"the Parquet file cannot be read ({first_line})"
        raise InputError.at(problem, file=file, remedy="write or fetch it again") from cause


def _check_type(dtype: pa.DataType, file: str, column: str) -> None:
    value_type = dtype.value_type if pa.types.is_dictionary(dtype) else dtype
    predicates = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
        *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean),
        *(pa.types.is_timestamp, pa.types.is_date, pa.types.is_null),
    )
    if not any(predicate(value_type) for predicate in predicates):
        problem = f"the column has the type {dtype}"
        raise InputError.at(problem, file=file, field=column, remedy="write text, numbers or times")


def _as_text(column: pa.ChunkedArray) -> pl.Series:
    if pa.types.is_dictionary(column.type):
        column.validate(full=True)
        column = column.cast(column.type.value_type)
    dtype = column.type
    if pa.types.is_date(dtype):
        column, dtype = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
    if pa.types.is_timestamp(dtype):
        return _format_times(column)
    if pa.types.is_floating(dtype):
        return _format_numbers(column)
    if pa.types.is_integer(dtype) or pa.types.is_boolean(dtype) or pa.types.is_decimal(dtype):
        column = column.cast(pa.large_string())
    return _decode_text(column)


def _decode_text(column: pa.ChunkedArray) -> pl.Series:
    # Arrow does not check that text is UTF-8 and polars assumes it, so text is read as bytes first.
    raw = column.cast(pa.large_binary())
    raw.validate(full=True)
    encoded = _to_series(raw, pl.Binary())
    try:
        text = encoded.cast(pl.String)
    except pl.exceptions.ComputeError:
        text = pl.Series([_decode(value) for value in encoded], dtype=pl.String)
    return text.replace("", None)


def _decode(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return UNREADABLE


def _format_numbers(column: pa.ChunkedArray) -> pl.Series:
    number = pl.col("number")
    whole = (number == number.floor()) & (number.abs() <= _EXACT)
    text = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    frame = _to_series(column.cast(pa.float64()), pl.Float64()).fill_nan(None).alias("number").to_frame()
    return frame.select(text.otherwise(number.cast(pl.String)))["number"]


def _format_times(column: pa.ChunkedArray) -> pl.Series:
    options = pa.compute.CastOptions(
        pa.timestamp("ms", column.type.tz), allow_time_truncate=True, allow_time_overflow=False
    )
    times = _to_series(column.cast(options=options).cast(pa.int64()), pl.Int64())
    text = times.cast(pl.String)
    if column.type.tz is not None:
        return text
    iso = times.set(~times.is_between(*_FOUR_DIGIT_YEARS), None).cast(pl.Datetime("ms")).dt.strftime(_ISO)
    return iso.zip_with(iso.is_not_null(), text)


def _to_series(column: pa.ChunkedArray, dtype: pl.DataType) -> pl.Series:
    """Convert the column to polars; it may have no chunks."""
    return pl.Series(pl.from_arrow(column)).cast(dtype)
