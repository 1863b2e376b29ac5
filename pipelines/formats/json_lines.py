"""Reads a raw JSON Lines file into a table of text, as from CSV, so that the same rules apply."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipelines.formats.headers import NormalizeNames, match_columns
from pipelines.formats.raw_table import BROKEN_LINE, OVERFLOW, ROW, UNREADABLE, complete_columns
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

#: Floating point represents whole numbers exactly up to this.
_EXACT = 2**53
#: Lines from which the column names are collected: an object may omit fields that are null.
_HEADER_LINES = 1_000
_UNDECODED = re.compile("[\udc80-\udcff]")


def read_json_lines(
    file: RawFile, required: Sequence[str], optional: Sequence[str], normalize_names: NormalizeNames
) -> pl.DataFrame:
    """Read fields of a file with one JSON object per line as text.

    Whole floating-point numbers are written without a decimal point. NaN, null and "" become null.

    Args:
        file: the file.
        required: fields that at least one of the first objects must have.
        optional: fields that the objects may have.
        normalize_names: maps the file's field names to those in `required` and `optional`.

    Returns:
        A table as `read_csv` returns it; `row` is the line number. For a line that is not an object,
        OVERFLOW is BROKEN_LINE and the line's text.

    Raises:
        InputError: the file is empty or a JSON array, lacks a required field, or a field has a nested value.
    """
    contents = file.load().removeprefix(b"\xef\xbb\xbf")
    names = read_json_names(contents, file.name)
    columns = match_columns(names, required, optional, file.name, normalize_names)
    frame = _read_fast(contents, columns)
    if frame is None:
        frame = _read_lines(contents, columns, file.name)
    return complete_columns(frame, file.name, required, optional)


def read_json_names(contents: bytes, name: str) -> list[str]:
    """Return the field names of a file's first objects.

    Raises:
        InputError: the file is empty, is a JSON array, or has no object in its first lines.
    """
    start = contents[: 16 * 2**20].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise InputError.at("the file is empty", file=name, remedy="fetch it again, or leave it out")
    if start.startswith(b"["):
        remedy = "write one object per line, as jq -c '.[]' does"
        raise InputError.at("the file is one JSON array", file=name, remedy=remedy)
    objects = (_parse(line) for line in start.split(b"\n")[:_HEADER_LINES])
    names = list(dict.fromkeys(name for fields in objects if fields is not None for name in fields))
    if not names:
        problem = "the first lines contain no JSON object"
        raise InputError.at(problem, file=name, remedy="write one object per line")
    return names


def _read_fast(contents: bytes, columns: dict[str, str]) -> pl.DataFrame | None:
    """Read with polars; return None if a line is blank or malformed, or a value may be nested."""
    try:
        frame = pl.read_ndjson(contents, schema=dict.fromkeys(columns.values(), pl.String))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if frame.height != contents.count(b"\n") + (not contents.endswith(b"\n")):
        return None
    frame = frame.select(pl.col(original).replace("", None).alias(name) for name, original in columns.items())
    if frame.select(pl.any_horizontal(pl.all().str.contains(r"^[\[{]").any())).item():
        return None
    return frame.with_row_index(ROW, offset=1).with_columns(pl.lit(None, pl.String).alias(OVERFLOW))


def _read_lines(contents: bytes, columns: dict[str, str], file: str) -> pl.DataFrame:
    rows: list[dict[str, int | str | None]] = []
    for row, line in enumerate(contents.split(b"\n"), start=1):
        if not line.strip():
            continue
        fields = _parse(line)
        if fields is None:
            rows.append({ROW: row, OVERFLOW: BROKEN_LINE + line.decode(errors="replace")})
        else:
            texts = {name: _to_text(fields.get(key), file, row, name) for name, key in columns.items()}
            rows.append({ROW: row, **texts})
    schema = {ROW: pl.UInt32(), **dict.fromkeys((*columns, OVERFLOW), pl.String())}
    return pl.DataFrame(rows, schema=schema)


def _parse(line: bytes) -> dict[str, Any] | None:
    text = _UNDECODED.sub(UNREADABLE, line.decode(errors="surrogateescape"))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _to_text(value: object, file: str, row: int, column: str) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) <= _EXACT else str(value)
    if isinstance(value, list | dict):
        problem = f"the field contains a {'list' if isinstance(value, list) else 'nested object'}"
        remedy = "write text, a number, true, false or null"
        raise InputError.at(problem, file=file, row=row, field=column, remedy=remedy)
    return None if value is None or value == "" else str(value)
