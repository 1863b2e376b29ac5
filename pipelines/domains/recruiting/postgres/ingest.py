"""Copies the records of JSON files to Postgres: in batches, idempotent, and resumed after an interruption."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from psycopg2.sql import SQL, Identifier

from pipelines.domains.recruiting.postgres import raw_tables
from pipelines.domains.recruiting.postgres.connection import connect, describe
from pipelines.domains.recruiting.refining.rows import MAX_CODE_LENGTH
from pipelines.formats.json_records import JsonRecord, read_json_records
from pipelines.ingest.raw_files import RawFile
from pipelines.plans.plan import IngestProgress
from script_shared.errors import InputError

#: Records per transaction.
BATCH_SIZE = 2_000
_MAX_BROKEN = 5
#: Postgres does not store the character 0, even escaped; an even number of backslashes before it is text.
_ESCAPED_ZERO = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class IngestSummary:
    """What the ingestion of a file did.

    Attributes:
        table: the table of the records.
        records: records of the file.
        resumed_at: records that an interrupted run had ingested already.
        written: records that were new or had changed.
        broken: keys of broken records, which are left out; "?" for one without a key.
    """

    table: str
    records: int
    resumed_at: int
    written: int
    broken: Sequence[str]

    def __str__(self) -> str:
        resumed = f", resumed after {self.resumed_at:,}" if self.resumed_at else ""
        names = ", ".join(self.broken[:_MAX_BROKEN]) + (" …" if len(self.broken) > _MAX_BROKEN else "")
        broken = f"; {len(self.broken):,} broken records left out: {names}" if self.broken else ""
        return f"{self.table}: {self.records:,} records read, {self.written:,} written{resumed}{broken}"


def ingest_file(
    url: str, kind: str, file: RawFile, sections: Sequence[str], report_progress: IngestProgress
) -> IngestSummary:
    """Write the records of a file to the table of its kind.

    A batch and the progress are committed together: a repeated call for the same file continues after the
    last batch of an interrupted one. After a complete call, a repetition changes nothing.

    Args:
        url: of the database.
        kind: one of `raw_tables.RAW_TABLES`.
        file: a JSON file.
        sections: see `read_json_records`.
        report_progress: called after each batch.

    Raises:
        InputError: the file cannot be used, or another process ingests it.
        DownloadError: the database cannot be reached now.
    """
    table, digest = raw_tables.RAW_TABLES[kind], hashlib.sha256(file.load()).hexdigest()
    total = sum(1 for _ in read_json_records(file, sections))
    broken: list[str] = []
    with connect(url) as connection:
        start = _prepare(connection, table, digest, describe(url))
        records = islice(read_json_records(file, sections), start, None)
        written, done = 0, start
        report_progress(table, done, total)
        while batch := list(islice(records, BATCH_SIZE)):
            done += len(batch)
            written += _write_batch(connection, table, _format_rows(batch, broken), digest, done)
            report_progress(table, done, total)
        with connection, connection.cursor() as cursor:
            cursor.execute(raw_tables.DELETE_PROGRESS, (table, digest))
    return IngestSummary(table, total, start, written, broken)


def _prepare(connection: Any, table: str, digest: str, where: str) -> int:
    """Create the tables and lock the file; return the number of records that are already there."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (_to_key("creation of tables"),))
        cursor.execute(SQL(raw_tables.CREATE_RAW).format(table=Identifier(table)))
        cursor.execute(raw_tables.CREATE_PROGRESS)
        cursor.execute("SELECT pg_advisory_unlock(%s)", (_to_key("creation of tables"),))
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (_to_key(table),))
        if cursor.fetchone() == (False,):
            problem = f"another process writes to {table}"
            raise InputError(problem, where=where, remedy="wait until it has finished")
        cursor.execute(SQL("SELECT EXISTS (SELECT FROM {table})").format(table=Identifier(table)))
        (is_filled,) = cursor.fetchone()
        cursor.execute(raw_tables.READ_PROGRESS, (table, digest))
        row = cursor.fetchone()
    return int(row[0]) if row and is_filled else 0


def _to_key(name: str) -> int:
    """Return the number of an advisory lock."""
    return int.from_bytes(hashlib.sha256(f"manchete {name}".encode()).digest()[:8], signed=True)


def _write_batch(
    connection: Any, table: str, rows: Iterable[tuple[int, str, str]], digest: str, done: int
) -> int:
    """Merge rows into a table and store the progress in one transaction; return the number of changes."""
    lines = io.StringIO(newline="")
    csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    lines.seek(0)
    with connection, connection.cursor() as cursor:
        cursor.execute(raw_tables.CREATE_STAGING)
        cursor.copy_expert(raw_tables.COPY_STAGING, lines)
        cursor.execute(SQL(raw_tables.MERGE_STAGING).format(table=Identifier(table)))
        written = cursor.rowcount
        cursor.execute(raw_tables.WRITE_PROGRESS, (table, digest, done))
    return int(written)


def _format_rows(records: Iterable[JsonRecord], broken: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield position, code and JSON of each record; collect the keys of broken ones."""
    for position, record in enumerate(records):
        code, payload = record.key or "", _format(record)
        if payload is None or not code.isprintable() or not 0 < len(code) <= MAX_CODE_LENGTH:
            broken.append(code[:MAX_CODE_LENGTH] or "?")
        else:
            yield position, code, payload


def _format(record: JsonRecord) -> str | None:
    try:
        text = (
            json.dumps(record.value, ensure_ascii=False, allow_nan=False)
            if record.value is not None
            else None
        )
    except ValueError:
        return None
    return text and _SURROGATE.sub("\ufffd", _ESCAPED_ZERO.sub(r"\1", text))
