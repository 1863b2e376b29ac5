"""Csv that a fast reader refuses, read by the standard library: one bad row costs one row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

import polars as pl

from pipelines.domains.news.validation.quarantine import OVERFLOW, ROW, UNREADABLE
from script_shared.errors import InputError

#: Rows count from 1 and the header is row 1, so records begin here.
FIRST_ROW = 2
#: Written below a file to tell whether its last quote was closed: a quote left open swallows it.
_END = "(end)"
_UNDECODED = re.compile("[\udc80-\udcff]")
#: Characters of one value: articles are longer than the csv module expects of them.
_LONGEST_VALUE = 2**24


def read_forgiving(
    contents: bytes, header: Sequence[str], columns: Sequence[str], name: str, *, quoted: bool
) -> pl.DataFrame:
    """Read the records below the header; bytes that are not UTF-8 become UNREADABLE.

    Returns:
        ROW, `columns` and OVERFLOW, all but ROW as text.

    Raises:
        InputError: a quote is opened and never closed.
    """
    text = _UNDECODED.sub(UNREADABLE, contents.decode("utf-8-sig", errors="surrogateescape"))
    ended = text if text.endswith("\n") else text + "\n"
    records = list(_records(ended + _END, name, quoted=quoted))
    if records.pop() != [_END]:
        raise _unclosed(name, len(records) + 1)
    table = {
        column: [record[place] or None if place < len(record) else None for record in records[1:]]
        for column, place in ((column, header.index(column)) for column in columns)
    }
    table[OVERFLOW] = [",".join(record[len(header) :]) or None for record in records[1:]]
    frame = pl.DataFrame(table, schema=dict.fromkeys(table, pl.String()))
    return frame.with_row_index(ROW, offset=FIRST_ROW)


def _records(text: str, name: str, *, quoted: bool) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_VALUE)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines) if quoted else csv.reader(lines, quoting=csv.QUOTE_NONE)
    row = 0
    try:
        for record in reader:
            row += 1
            yield record
    except csv.Error as cause:
        raise _unclosed(name, row + 1) from cause


def _unclosed(name: str, row: int) -> InputError:
    return InputError.at(
        "a quote is opened and never closed", file=name, row=row, remedy="close it, or double it"
    )
