"""Turns JSON records into tables of text, without names, contacts and comments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import polars as pl

from pipelines.domains.recruiting import columns
from pipelines.domains.recruiting.refining.rows import NESTED
from pipelines.domains.recruiting.sources.decision.fields import (
    APPLICANT_FIELDS,
    APPLICANT_FLAGS,
    APPLICATION_FIELDS,
    FREE_EMAIL_DOMAINS,
    OPENING_FIELDS,
    PERSONAL_SECTION,
    TITLE_FIELDS,
    FieldPath,
    Fields,
)
from pipelines.domains.recruiting.sources.decision.file_kinds import LIST
from pipelines.formats.json_records import JsonRecord
from pipelines.formats.raw_table import BROKEN_LINE, NULLS, OVERFLOW, ROW, UNREADABLE, complete_columns

#: A row of a table: values of any JSON type by column.
_Row = dict[str, Any]
_Record = dict[str, Any]
#: Rows that are kept as Python objects at once.
_BATCH = 4_096
#: Records from which the names of fields are collected: a record may lack some.
_HEADER_RECORDS = 1_000
#: Texts that stand for an empty field.
_NULLS = {"", "-", NESTED, *NULLS}
_BROKEN: _Row = {OVERFLOW: BROKEN_LINE}
_SURROGATE = re.compile("[\ud800-\udfff]")


def tabulate_prospects(records: Iterable[JsonRecord], file: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the openings of `prospects.json` with title and contract, and the entries of their lists.

    Broken records and entries have OVERFLOW.
    """
    titles: list[_Row] = []
    applications = _tabulate(_list_applications(records, titles), columns.APPLICATIONS, file)
    return _tabulate(iter(titles), columns.OPENINGS, file), applications


def tabulate_openings(records: Iterable[JsonRecord], file: str) -> pl.DataFrame:
    """Return the openings; broken records have OVERFLOW."""
    rows = (_read_row(record, "opening_id", _read_opening) for record in records)
    return _tabulate(rows, columns.OPENINGS, file)


def tabulate_applicants(records: Iterable[JsonRecord], file: str) -> pl.DataFrame:
    """Return the applicants; broken records have OVERFLOW."""
    rows = (_read_row(record, "applicant_id", _read_applicant) for record in records)
    return _tabulate(rows, columns.APPLICANTS, file)


def list_fields(records: Iterable[JsonRecord]) -> list[str]:
    """Return the names of all fields of the first records, such as `section.name`."""
    names: dict[str, None] = {}
    for record in islice(records, _HEADER_RECORDS):
        for section, part in (record.value or {}).items():
            inner = part if isinstance(part, list) else [part]
            fields = [name for fields in inner if isinstance(fields, dict) for name in fields]
            names |= dict.fromkeys(f"{section}.{name}" for name in fields) if fields else {section: None}
    return list(names)


def _list_applications(records: Iterable[JsonRecord], titles: list[_Row]) -> Iterator[_Row]:
    for record in records:
        titles.append(_read_row(record, "opening_id", _read_title))
        entries = (record.value or {}).get(LIST)
        for entry in entries if isinstance(entries, list) else ():
            fields = _read_fields(entry, APPLICATION_FIELDS) if isinstance(entry, dict) else _BROKEN
            yield {ROW: record.number, "opening_id": record.key, **fields}


def _read_row(record: JsonRecord, key: str, read: Callable[[_Record], _Row | None]) -> _Row:
    row = {ROW: record.number, key: record.key}
    values = None if record.value is None else read(record.value)
    return row | (_BROKEN if values is None else values)


def _read_title(record: _Record) -> _Row | None:
    return _read_fields(record, TITLE_FIELDS) if isinstance(record.get(LIST, []), list) else None


def _read_opening(record: _Record) -> _Row:
    return _read_fields(record, OPENING_FIELDS)


def _read_applicant(record: _Record) -> _Row:
    """Return the fields of an applicant; whether fields are filled is known for whole records only."""
    row = _read_fields(record, APPLICANT_FIELDS)
    section = record.get(PERSONAL_SECTION)
    row["is_complete"] = isinstance(section, dict) and bool(section)
    if row["is_complete"]:
        for name, paths in APPLICANT_FLAGS.items():
            row[name] = _find_filled(record, paths) is not None
        row["has_corporate_email"] = _is_corporate(_find_filled(record, APPLICANT_FLAGS["has_email"]))
    return row


def _read_fields(record: _Record, fields: Fields) -> _Row:
    return {name: _find_first(record, paths) for name, paths in fields.items()}


def _find_first(record: _Record, paths: Sequence[FieldPath]) -> Any:
    for section, name in paths:
        value = _get(record, section, name)
        if value or value == 0:
            return value
    return None


def _get(record: _Record, section: str, name: str) -> Any:
    part = record.get(section) if section else record
    if isinstance(part, dict):
        return part.get(name)
    # A section of another type: its fields are no texts.
    return NESTED if part else None


def _find_filled(record: _Record, paths: Sequence[FieldPath]) -> str | None:
    values = (_get(record, *path) for path in paths)
    return next((value for value in values if isinstance(value, str) and value.strip() not in _NULLS), None)


def _is_corporate(email: str | None) -> bool:
    domain = (email or "").rpartition("@")[2].lower()
    return bool(domain) and domain.split(".")[0] not in FREE_EMAIL_DOMAINS


def _tabulate(rows: Iterator[_Row], kind: str, file: str) -> pl.DataFrame:
    """Return rows as a raw table of text of a kind."""
    names = [*columns.REQUIRED[kind], *columns.OPTIONAL[kind], OVERFLOW]
    frames = [pl.DataFrame(schema={ROW: pl.UInt32(), **dict.fromkeys(names, pl.String())})]
    while batch := list(islice(rows, _BATCH)):
        texts = {name: _to_texts([row.get(name) for row in batch]) for name in names}
        frames.append(pl.DataFrame({ROW: pl.Series([row[ROW] for row in batch], dtype=pl.UInt32), **texts}))
    return complete_columns(pl.concat(frames), file, [*columns.REQUIRED[kind]], [*columns.OPTIONAL[kind]])


def _to_texts(values: list[Any]) -> pl.Series:
    try:
        return pl.Series(values, dtype=pl.String)
    except (TypeError, UnicodeEncodeError):
        return pl.Series([_to_text(value) for value in values], dtype=pl.String)


def _to_text(value: object) -> str | None:
    """Return a JSON value as text: NESTED for a list or an object, UNREADABLE for half a character."""
    if isinstance(value, str):
        return _SURROGATE.sub(UNREADABLE, value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return value if value is None else str(value) if isinstance(value, int) else NESTED
