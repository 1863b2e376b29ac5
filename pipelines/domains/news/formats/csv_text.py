"""Read one raw csv file into a table of text: nothing is guessed, converted or skipped here."""

from __future__ import annotations

import csv
from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.formats.headers import check_names
from pipelines.domains.news.formats.tolerant_csv import FIRST_ROW, read_forgiving
from pipelines.domains.news.validation.quarantine import FILE, OVERFLOW, ROW
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import InputError

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(
    file: RawFile, required: Sequence[str], optional: Sequence[str] = (), *, quoted: bool = True
) -> pl.DataFrame:
    """Read columns of a comma-separated file, every value as text, empty ones as null.

    Args:
        file: the file; its first line names the columns, in any order.
        required: columns that the file must have; it may hold others, which are not looked at.
        optional: columns that it may have; those that it has not are null.
        quoted: whether values may stand in quotes, and then hold commas and line breaks.

    Returns:
        `file`, `row` (the record's number, the header being 1), the columns in the order given,
        and OVERFLOW: what a record holds beyond the header's fields. Bytes that are not UTF-8
        stand as UNREADABLE.

    Raises:
        InputError: the file is empty, not separated by commas, lacks a column, or opens a quote
            that it never closes.
    """
    contents = file.load()
    header = read_header(contents, file.name)
    check_names(header, required, optional, file.name)
    columns = [*required, *(column for column in optional if column in header)]
    try:
        # polars finds the rows by counting quotes: an odd one out would shift all that follow.
        frame = None if quoted and contents.count(b'"') % 2 else _scan(contents, header, columns, quoted)
    except pl.exceptions.ComputeError:
        frame = None
    if frame is None:
        frame = read_forgiving(contents, header, columns, file.name, quoted=quoted)
    absent = [pl.lit(None, pl.String).alias(column) for column in optional if column not in columns]
    place = pl.lit(file.name, pl.Categorical).alias(FILE)
    return frame.with_columns(place, *absent).select(FILE, ROW, *required, *optional, OVERFLOW)


def read_header(contents: bytes, name: str) -> list[str]:
    """Return the names in the first line.

    Args:
        contents: the start of the file, or all of it.
        name: the file's.

    Raises:
        InputError: the file is empty, no UTF-8 text or not separated by commas.
    """
    end = contents.find(b"\n")
    head = contents if end < 0 else contents[:end]
    if contents.startswith(_UTF_16) or b"\x00" in head:
        raise InputError.at("the file is not UTF-8 text", file=name, row=1, remedy="save it as UTF-8 CSV")
    line = head.decode("utf-8-sig", errors="replace").strip()
    if not line:
        what = "the first line is empty" if contents and not contents.isspace() else "the file is empty"
        raise InputError.at(what, file=name, row=1, remedy="fetch it again, or leave it out")
    header = _split(line, name)
    for separator, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(header) == 1 and separator in line:
            raise InputError.at(
                f"the fields are separated by {called}", file=name, row=1, remedy="separate them by commas"
            )
    return header


def _split(line: str, name: str) -> list[str]:
    try:
        return next(csv.reader([line]))
    except csv.Error as cause:
        raise InputError.at(
            "the first line names no columns", file=name, row=1, remedy="fetch the file again"
        ) from cause


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
