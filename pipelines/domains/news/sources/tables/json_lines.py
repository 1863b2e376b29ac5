"""Read one raw JSON Lines file into a table of text, as if it had been csv: the same rules then apply."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl

from pipelines.domains.news.formats.headers import check_names
from pipelines.domains.news.validation.quarantine import BROKEN_LINE, FILE, OVERFLOW, ROW, UNREADABLE
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

#: Whole numbers up to this are exact as floating point.
_EXACT = 2**53
#: The names of the columns are those of so many first objects: a field that is null may be left out.
_NAMING_LINES = 1_000
_UNDECODED = re.compile("[\udc80-\udcff]")

#: Returns the names of a file's columns, spelled as the format documents them.
Spell = Callable[[Sequence[str]], list[str]]


def read_json_lines(
    file: RawFile, required: Sequence[str], optional: Sequence[str], spell: Spell
) -> pl.DataFrame:
    """Read fields of a file with one JSON object per line as text.

    Whole floating-point numbers lose their point; NaN, null and "" are null.

    Args:
        file: the file.
        required: fields that an object must have at least once in the file.
        optional: fields that it may have.
        spell: spells the fields' names.

    Returns:
        What `read_text` returns; `row` is the number of the line. A line that is no object has BROKEN_LINE
        and its text in OVERFLOW.

    Raises:
        InputError: the file is empty or a JSON array, lacks a required field, or a field has a nested value.
    """
    contents = file.load().removeprefix(b"\xef\xbb\xbf")
    found = read_json_names(contents, file.name)
    names = spell(found)
    check_names(names, required, optional, file.name)
    columns = {ours: found[names.index(ours)] for ours in (*required, *optional) if ours in names}
    frame = _read_fast(contents, columns)
    if frame is None:
        frame = _read_lines(contents, columns, file.name)
    absent = [pl.lit(None, pl.String).alias(column) for column in optional if column not in columns]
    place = pl.lit(file.name, pl.Categorical).alias(FILE)
    return frame.with_columns(place, *absent).select(FILE, ROW, *required, *optional, OVERFLOW)


def read_json_names(contents: bytes, name: str) -> list[str]:
    """Return the names of the fields of a file's first objects.

    Raises:
        InputError: the file is empty, a JSON array, or none of its first lines is an object.
    """
    start = contents[: 16 * 2**20].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        raise InputError.at("the file is empty", file=name, remedy="fetch it again, or leave it out")
    if start.startswith(b"["):
        raise InputError.at(
            "the file is one JSON array", file=name, remedy="write one object per line, as jq -c '.[]' does"
        )
    objects = (_parse(line) for line in start.split(b"\n")[:_NAMING_LINES])
    names = list(dict.fromkeys(key for each in objects if each is not None for key in each))
    if not names:
        raise InputError.at(
            "the first lines hold no JSON object", file=name, remedy="write one object per line"
        )
    return names


def _read_fast(contents: bytes, columns: dict[str, str]) -> pl.DataFrame | None:
    """Read with polars; None where a line is blank or broken, or a value may be nested."""
    try:
        frame = pl.read_ndjson(contents, schema=dict.fromkeys(columns.values(), pl.String))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    if frame.height != contents.count(b"\n") + (not contents.endswith(b"\n")):
        return None
    frame = frame.select(pl.col(theirs).replace("", None).alias(ours) for ours, theirs in columns.items())
    if frame.select(pl.any_horizontal(pl.all().str.contains(r"^[\[{]").any())).item():
        return None
    return frame.with_row_index(ROW, offset=1).with_columns(pl.lit(None, pl.String).alias(OVERFLOW))


def _read_lines(contents: bytes, columns: dict[str, str], name: str) -> pl.DataFrame:
    rows: list[tuple[int, dict[str, str | None]]] = []
    for number, line in enumerate(contents.split(b"\n"), start=1):
        if not line.strip():
            continue
        found = _parse(line)
        if found is None:
            rows.append((number, {OVERFLOW: BROKEN_LINE + line.decode(errors="replace")}))
        else:
            texts = {ours: _text(found.get(theirs), name, number, ours) for ours, theirs in columns.items()}
            rows.append((number, texts))
    schema = {ROW: pl.UInt32(), **dict.fromkeys((*columns, OVERFLOW), pl.String())}
    return pl.DataFrame([{ROW: number, **texts} for number, texts in rows], schema=schema)


def _parse(line: bytes) -> dict[str, Any] | None:
    text = _UNDECODED.sub(UNREADABLE, line.decode(errors="surrogateescape"))
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object, name: str, row: int, column: str) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) <= _EXACT else str(value)
    if isinstance(value, list | dict):
        raise InputError.at(
            f"the field holds a {'list' if isinstance(value, list) else 'nested object'}",
            file=name,
            row=row,
            field=column,
            remedy="write text, a number, true, false or null",
        )
    return None if value is None or value == "" else str(value)
