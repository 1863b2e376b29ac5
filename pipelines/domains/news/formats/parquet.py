"""Read one raw Parquet file into a table of text, as if it had been csv: the same rules then apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.domains.news.formats.headers import check_names
from pipelines.domains.news.validation.quarantine import FILE, OVERFLOW, ROW, UNREADABLE
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

#: What Arrow raises for files that are not what they say.
_DAMAGED = (pa.ArrowException, OSError, MemoryError, OverflowError, ValueError)
#: Whole numbers up to this are exact as floating point: ids and counts that pandas made so.
_EXACT = float(2**53)
_ISO = "%Y-%m-%d %H:%M:%S%.3f"
#: The years that have four digits.
_YEARS = (-62_135_596_800_000, 253_402_300_799_999)


def read_parquet(
    file: RawFile,
    required: Sequence[str],
    optional: Sequence[str] = (),
    spell: Callable[[Sequence[str]], list[str]] = list,
) -> pl.DataFrame:
    """Read columns of a Parquet file as text.

    Times become milliseconds, or, where they have no time zone, ISO 8601; whole floating-point
    numbers lose their point; NaN is null.

    Args:
        file: the file.
        required: columns that it must have.
        optional: columns that it may have; those that it has not are null.
        spell: returns the names of all its columns, spelled as `required` and `optional` are.

    Returns:
        What `read_text` returns; rows count from 1.

    Raises:
        InputError: the file is damaged or none at all, lacks a column, or a column holds something
            else than text, numbers or times.
    """
    try:
        return _read(file, required, optional, spell)
    except _DAMAGED as cause:
        raise InputError.at(
            f"the Parquet file cannot be read ({_first_line(cause)})",
            file=file.name,
            remedy="write or fetch it again",
        ) from cause


def _read(
    file: RawFile,
    required: Sequence[str],
    optional: Sequence[str],
    spell: Callable[[Sequence[str]], list[str]],
) -> pl.DataFrame:
    parquet = pq.ParquetFile(pa.BufferReader(file.load()), page_checksum_verification=True)
    found = parquet.schema_arrow.names
    names = spell(found)
    check_names(names, required, optional, file.name)
    wanted = [*required, *(column for column in optional if column in names)]
    given = {column: found[names.index(column)] for column in wanted}
    for column, name in given.items():
        _check_type(parquet.schema_arrow.field(name).type, file.name, column)
    table = parquet.read(columns=list(given.values()))
    texts = {column: _as_text(table.column(name)) for column, name in given.items()}
    empty = pl.Series([None], dtype=pl.String).new_from_index(0, table.num_rows)
    frame = pl.DataFrame({column: texts.get(column, empty) for column in (*required, *optional)})
    place = pl.lit(file.name, pl.Categorical).alias(FILE)
    return frame.with_row_index(ROW, offset=1).select(
        place, pl.all(), pl.lit(None, pl.String).alias(OVERFLOW)
    )


def read_parquet_names(contents: bytes, name: str) -> list[str]:
    """Return the names of a Parquet file's columns.

    Raises:
        InputError: the file is damaged or none at all.
    """
    try:
        return list(pq.ParquetFile(pa.BufferReader(contents)).schema_arrow.names)
    except _DAMAGED as cause:
        raise InputError.at(
            f"the Parquet file cannot be read ({_first_line(cause)})",
            file=name,
            remedy="write or fetch it again",
        ) from cause


def _check_type(kind: pa.DataType, file: str, column: str) -> None:
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (
        *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
        *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view),
        *(pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean),
        *(pa.types.is_timestamp, pa.types.is_date, pa.types.is_null),
    )
    if not any(test(plain) for test in tests):
        raise InputError.at(
            f"the column holds {kind}", file=file, field=column, remedy="write text, numbers or times"
        )


def _as_text(column: pa.ChunkedArray) -> pl.Series:
    if pa.types.is_dictionary(column.type):
        column.validate(full=True)
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_date(kind):
        column, kind = column.cast(pa.timestamp("ms")), pa.timestamp("ms")
    if pa.types.is_timestamp(kind):
        return _times(column)
    if pa.types.is_floating(kind):
        return _numbers(column)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind):
        column = column.cast(pa.large_string())
    return _text(column)


def _text(column: pa.ChunkedArray) -> pl.Series:
    # Arrow does not look whether text is UTF-8, polars takes that for granted: go by bytes.
    raw = column.cast(pa.large_binary())
    raw.validate(full=True)
    octets = _series(raw, pl.Binary())
    try:
        text = octets.cast(pl.String)
    except pl.exceptions.ComputeError:
        text = pl.Series([_decode(value) for value in octets], dtype=pl.String)
    return text.replace("", None)


def _decode(value: bytes | None) -> str | None:
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return UNREADABLE


def _numbers(column: pa.ChunkedArray) -> pl.Series:
    number = pl.col("number")
    whole = (number == number.floor()) & (number.abs() <= _EXACT)
    text = pl.when(whole).then(number.cast(pl.Int64, strict=False).cast(pl.String))
    frame = _series(column.cast(pa.float64()), pl.Float64()).fill_nan(None).alias("number").to_frame()
    return frame.select(text.otherwise(number.cast(pl.String)))["number"]


def _times(column: pa.ChunkedArray) -> pl.Series:
    options = pa.compute.CastOptions(
        pa.timestamp("ms", column.type.tz), allow_time_truncate=True, allow_time_overflow=False
    )
    moments = _series(column.cast(options=options).cast(pa.int64()), pl.Int64())
    text = moments.cast(pl.String)
    if column.type.tz is not None:
        return text
    plain = moments.set(~moments.is_between(*_YEARS), None).cast(pl.Datetime("ms")).dt.strftime(_ISO)
    return plain.zip_with(plain.is_not_null(), text)


def _series(column: pa.ChunkedArray, dtype: pl.DataType) -> pl.Series:
    """Return the column as polars holds it, whatever the number of its chunks, none included."""
    series = pl.from_arrow(column)
    return pl.Series(series).cast(dtype)


def _first_line(cause: BaseException) -> str:
    return str(cause).strip().split("\n", 1)[0][:200]
