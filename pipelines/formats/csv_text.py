"""Reads a raw CSV file into a table of text, without guesses, conversions or skipped rows."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import polars as pl

from pipelines.formats.headers import check_header
from pipelines.formats.raw_table import OVERFLOW, ROW, complete_columns
from pipelines.formats.tolerant_csv import FIRST_ROW, read_tolerant_csv
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(
    file: RawFile, required: Sequence[str], optional: Sequence[str] = (), *, quoted: bool = True
) -> pl.DataFrame:
    """Read columns of a comma-separated file as text; empty values become null.

    Args:
        file: the file; its first line names the columns, in any order.
        required: columns that the file must have; other columns are ignored.
        optional: columns that it may have; absent ones are null.
        quoted: whether values may be quoted, and then contain commas and line breaks.

    Returns:
        `file`, `row` (the record's number; the header is row 1), the columns in the order of the arguments,
        and OVERFLOW, the fields after the last column. UNREADABLE replaces bytes that are not UTF-8.

    Raises:
        InputError: the file is empty, is not separated by commas, lacks a column, or has a quote
            without an end.
    """
    contents = file.load()
    header = read_header(contents, file.name)
    check_header(header, required, optional, file.name)
    columns = [*required, *(column for column in optional if column in header)]
    try:
        # polars splits rows by counting quotes: an odd number of them would shift all later rows.
        frame = None if quoted and contents.count(b'"') % 2 else _scan(contents, header, columns, quoted)
    except pl.exceptions.ComputeError:
        frame = None
    if frame is None:
        frame = read_tolerant_csv(contents, header, columns, file.name, quoted=quoted)
    return complete_columns(frame, file.name, required, optional)


def read_header(contents: bytes, name: str) -> list[str]:
    """Return the column names in the first line.

    Args:
        contents: the whole file, or its start.
        name: the file's name, for errors.

    Raises:
        InputError: the file is empty, is not UTF-8 text, or is not separated by commas.
    """
    end = contents.find(b"\n")
    first_line = contents if end < 0 else contents[:end]
    if contents.startswith(_UTF_16) or b"\x00" in first_line:
        raise InputError.at("the file is not UTF-8 text", file=name, row=1, remedy="save it as UTF-8 CSV")
    line = first_line.decode("utf-8-sig", errors="replace").strip()
    if not line:
        problem = "the first line is empty" if contents and not contents.isspace() else "the file is empty"
        raise InputError.at(problem, file=name, row=1, remedy="fetch it again, or leave it out")
    header = _split(line, name)
    for separator, plural in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and separator in line:
            problem = f"the fields are separated by {plural}"
            raise InputError.at(problem, file=name, row=1, remedy="separate them by commas")
    return header


def _split(line: str, name: str) -> list[str]:
    try:
        return next(csv.reader([line]))
    except csv.Error as cause:
        problem = "the first line names no columns"
        raise InputError.at(problem, file=name, row=1, remedy="fetch the file again") from cause


def _scan(contents: bytes, header: Sequence[str], columns: Sequence[str], quoted: bool) -> pl.DataFrame:
    """Read with polars; other columns are named by position, so that OVERFLOW is the first extra field."""
    names = [name if name in columns else f"({position})" for position, name in enumerate(header)]
    return (
        pl.scan_csv(
            contents,
            has_header=False,
            skip_lines=1,
            schema=dict.fromkeys([*names, OVERFLOW], pl.String()),
            missing_columns="insert",
            extra_columns="ignore",
            truncate_ragged_lines=True,
            raise_if_empty=False,
            quote_char='"' if quoted else None,
            row_index_name=ROW,
            row_index_offset=FIRST_ROW,
        )
        .select(ROW, *columns, OVERFLOW)
        .collect()
    )
