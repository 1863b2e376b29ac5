"""Read one raw csv file into a table of text: nothing is guessed, converted or skipped here."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.domains.news.quarantine import FILE, OVERFLOW, ROW
from pipelines.raw_files import RawFile
from script_shared.errors import InputError

#: Rows count from 1 and the header is row 1, so records begin here.
FIRST_ROW = 2
#: Written below a file to tell whether its last quote was closed: a quote left open swallows it.
_END = "(end)"


def read_text(file: RawFile, columns: Sequence[str], *, quoted: bool = True) -> pl.DataFrame:
    """Read `columns` of a comma-separated file, every value as text, empty ones as null.

    Args:
        file: the file; its first line names the columns, in any order.
        columns: the columns to read; the file may hold others, which are not looked at.
        quoted: whether values may stand in quotes, and then hold commas and line breaks.

    Returns:
        `file`, `row` (the record's number, the header being 1), `columns` in the order given,
        and OVERFLOW: what a record holds beyond the header's fields.

    Raises:
        InputError: the file is empty, not separated by commas, lacks a column, is not UTF-8 or
            opens a quote that it never closes.
    """
    contents = file.load()
    header = _read_header(contents, columns, file.name)
    try:
        # polars finds the rows by counting quotes: an odd one out would shift all that follow.
        frame = None if quoted and contents.count(b'"') % 2 else _scan(contents, header, columns, quoted)
    except pl.exceptions.ComputeError:
        frame = None
    if frame is None:
        _check_encoding(contents, file.name)
        frame = _read_forgiving(contents, header, columns, file.name)
    return frame.select(pl.lit(file.name, pl.Categorical).alias(FILE), ROW, *columns, OVERFLOW)


def _read_header(contents: bytes, columns: Sequence[str], name: str) -> list[str]:
    line = contents.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").strip()
    if not line:
        raise InputError.at("the file is empty", file=name, remedy="fetch it again, or leave it out")
    header = next(csv.reader([line]))
    for separator, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and separator in line:
            raise InputError.at(
                f"the fields are separated by {called}", file=name, row=1, remedy="separate them by commas"
            )
    for column in columns:
        if header.count(column) != 1:
            raise InputError.at(
                "the column is named twice" if column in header else "the column is missing",
                file=name,
                row=1,
                field=column,
                remedy=f"the header must name {', '.join(columns)}",
            )
    return header


def _scan(contents: bytes, header: Sequence[str], columns: Sequence[str], quoted: bool) -> pl.DataFrame:
    """Read with polars; the names are given by place, so that one more field can be told."""
    places = [name if name in columns else f"({place})" for place, name in enumerate(header)]
    return (
        pl.scan_csv(
            contents,
            has_header=False,
            skip_lines=1,
            schema=dict.fromkeys([*places, OVERFLOW], pl.String()),
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


def _check_encoding(contents: bytes, name: str) -> None:
    try:
        contents.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError.at(
            f"the text is not UTF-8 (byte 0x{contents[error.start]:02x})",
            file=name,
            row=_row_at(contents, error.start),
            remedy="save the file as UTF-8",
        ) from error


def _row_at(contents: bytes, offset: int) -> int:
    """Return the record that holds a byte: line breaks within quotes do not end a record."""
    outside_quotes = contents[:offset].split(b'"')[::2]
    return 1 + sum(part.count(b"\n") for part in outside_quotes)


def _read_forgiving(
    contents: bytes, header: Sequence[str], columns: Sequence[str], name: str
) -> pl.DataFrame:
    """Read quotes that polars refuses with the standard library, so that one bad row costs one row."""
    text = contents.decode("utf-8-sig")
    ended = text if text.endswith("\n") else text + "\n"
    records = list(_records(ended + _END, name))
    if records.pop() != [_END]:
        raise _unclosed(name, len(records) + 1)
    width = len(header)
    table = {
        column: [record[place] or None if place < len(record) else None for record in records[1:]]
        for column, place in ((column, header.index(column)) for column in columns)
    }
    table[OVERFLOW] = [",".join(record[width:]) or None for record in records[1:]]
    frame = pl.DataFrame(table, schema=dict.fromkeys(table, pl.String()))
    return frame.with_row_index(ROW, offset=FIRST_ROW)


def _records(text: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""))
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            yield record
    except csv.Error as cause:
        raise _unclosed(name, number + 1) from cause


def _unclosed(name: str, row: int) -> InputError:
    return InputError.at(
        "a quote is opened and never closed", file=name, row=row, remedy="close it, or double it"
    )
