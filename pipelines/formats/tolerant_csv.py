"""Reads CSV that polars rejects with the standard library: a malformed row does not affect the others."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.formats.raw_table import OVERFLOW, ROW, UNREADABLE
from script_shared.errors import InputError

#: The row number of the first record: rows count from 1 and the header is row 1.
FIRST_ROW = 2
#: Appended to a file to detect an open quote, which would make it part of the last value.
_END = "(end)"
_UNDECODED = re.compile("[\udc80-\udcff]")
#: The longest value, in characters: articles exceed the default of the csv module.
_LONGEST_VALUE = 2**24


def read_tolerant_csv(
    contents: bytes, header: Sequence[str], columns: Sequence[str], name: str, *, quoted: bool
) -> pl.DataFrame:
    """Read the records below the header; UNREADABLE replaces bytes that are not UTF-8.

    Returns:
        ROW, `columns` and OVERFLOW, all but ROW as text.

    Raises:
        InputError: a quote has no end.
    """
    text = _UNDECODED.sub(UNREADABLE, contents.decode("utf-8-sig", errors="surrogateescape"))
    lines = text if text.endswith("\n") else text + "\n"
    records = list(_parse_records(lines + _END, name, quoted=quoted))
    if records.pop() != [_END]:
        raise _open_quote_error(name, len(records) + 1)
    table = {
        column: [record[position] or None if position < len(record) else None for record in records[1:]]
        for column, position in ((column, header.index(column)) for column in columns)
    }
    table[OVERFLOW] = [",".join(record[len(header) :]) or None for record in records[1:]]
    frame = pl.DataFrame(table, schema=dict.fromkeys(table, pl.String()))
    return frame.with_row_index(ROW, offset=FIRST_ROW)


def _parse_records(text: str, name: str, *, quoted: bool) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_VALUE)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines) if quoted else csv.reader(lines, quoting=csv.QUOTE_NONE)
    row = 0
    try:
        for record in reader:
            row += 1
            yield record
    except csv.Error as cause:
        raise _open_quote_error(name, row + 1) from cause


def _open_quote_error(name: str, row: int) -> InputError:
    problem = "a quote is opened and never closed"
    return InputError.at(problem, file=name, row=row, remedy="close it, or double it")
