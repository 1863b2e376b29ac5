"""The event log in one SQLite file, for replicas on one machine.

A write-ahead log with `synchronous=FULL`: a transaction is on disk when its commit returns. SQLite runs one
write transaction at a time, so that offsets become visible in order. The file must be on a local disk:
SQLite's locks do not work on network file systems.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

from script_shared.errors import EventLogError
from script_shared.events.event import COLUMNS, FORGET, INTERACTION, Event, from_row, to_row
from script_shared.events.group_commit import Batch, GroupCommit
from script_shared.events.log import AppendResult, EventLog, LoggedEvent, deduplicate, make_compacted_error
from script_shared.events.sqlite_connection import open_file, transaction, translate_errors

_PRAGMAS = (
    # Ids arrive in random order, and each changes a page of their index: small pages make a small log.
    "PRAGMA page_size = 2048",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -32768",
    # Pages: copied into the main file every 16 MB.
    "PRAGMA wal_autocheckpoint = 8000",
)
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS events (
        log_offset INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        item_id TEXT NOT NULL, time_ms INTEGER NOT NULL, session_id TEXT, user_type TEXT, details TEXT,
        kind TEXT NOT NULL
    ) STRICT""",
    # One row: the newest offset, and the offset up to which events have been removed.
    """CREATE TABLE IF NOT EXISTS ends (
        only INTEGER PRIMARY KEY CHECK (only = 1), newest INTEGER NOT NULL, compacted INTEGER NOT NULL
    ) STRICT""",
    "INSERT OR IGNORE INTO ends VALUES (1, 0, 0)",
)
#: Tables of the first version have no such column.
_HAS_KIND = "SELECT 1 FROM pragma_table_info('events') WHERE name = 'kind'"
_ADD_KIND = f"ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT '{INTERACTION}'"
_KNOWN = "SELECT event_id FROM events WHERE event_id IN (SELECT value FROM json_each(?))"
_VALUES = f"(?{', ?' * len(COLUMNS)})"
_INSERT = f"INSERT INTO events VALUES {_VALUES}"  # noqa: S608
#: Rows of a statement: Python switches threads at every row of `executemany`, but once per statement.
_STATEMENT_ROWS = 50
_INSERT_MANY = f"INSERT INTO events VALUES {', '.join([_VALUES] * _STATEMENT_ROWS)}"  # noqa: S608
#: Maximum number of events that one transaction of a compaction removes.
_COMPACT_ROWS = 2_000
_COMPACT = (
    "DELETE FROM events WHERE log_offset IN "
    "(SELECT log_offset FROM events WHERE log_offset <= ? ORDER BY log_offset LIMIT ?)"
)
#: The request to forget a user stays: replicas and older releases have not seen it yet.
_FORGET = "DELETE FROM events WHERE user_id = ? AND kind <> ?"
_FORGET_ITEM = "DELETE FROM events WHERE item_id = ?"
_READ = f"SELECT log_offset, {', '.join(COLUMNS)} FROM events WHERE log_offset > ? ORDER BY 1 LIMIT ?"  # noqa: S608


class SqliteLog(EventLog):
    """Events in a file, which the first append creates.

    Args:
        path: the file; SQLite creates two more next to it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reader_lock = threading.Lock()
        self._commits = GroupCommit(self._write)

    def submit(self, events: Sequence[Event]) -> Future[AppendResult]:
        """Append a batch; see `EventLog.submit`."""
        return self._commits.submit(events)

    def _write(self, batches: Sequence[Batch]) -> Sequence[AppendResult]:
        with translate_errors(self._path, "event log"):
            if self._writer is None:
                self._writer = self._open()
            try:
                with transaction(self._writer):
                    return _append(self._writer, batches)
            except sqlite3.Error:
                # The next write opens a new connection.
                self._writer.close()
                self._writer = None
                raise

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """Return events after an offset; see `EventLog.read`."""
        with self._read_transaction() as connection:
            if connection is None:
                return []
            (through,) = connection.execute("SELECT compacted FROM ends").fetchone()
            if after < through:
                raise make_compacted_error(after, through)
            return [(row[0], from_row(row[1:])) for row in connection.execute(_READ, (after, limit))]

    def end_offset(self) -> int:
        """Return the newest offset; see `EventLog.end_offset`."""
        with self._read_transaction() as connection:
            return connection.execute("SELECT newest FROM ends").fetchone()[0] if connection else 0

    def compact(self, through: int) -> int:
        """Remove events up to an offset; see `EventLog.compact`."""
        removed = 0
        with translate_errors(self._path, "event log"), closing(self._open()) as connection:
            with transaction(connection):
                connection.execute("UPDATE ends SET compacted = max(compacted, min(?, newest))", (through,))
                (newest,) = connection.execute("SELECT newest FROM ends").fetchone()
            while count := self._compact_some(connection, min(through, newest)):
                removed += count
        return removed

    def _compact_some(self, connection: sqlite3.Connection, through: int) -> int:
        """Remove some events, then leave the file to other writers for as long as it took."""
        start = time.monotonic()
        with transaction(connection):
            count = connection.execute(_COMPACT, (through, _COMPACT_ROWS)).rowcount
        time.sleep(time.monotonic() - start if count == _COMPACT_ROWS else 0.0)
        return count

    def forget(self, user_id: str, *, is_item: bool = False) -> int:
        """Remove a user's events and overwrite their bytes; see `EventLog.forget`."""
        with translate_errors(self._path, "event log"), closing(self._open()) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with transaction(connection):
                count = connection.execute(_FORGET, (user_id, FORGET)).rowcount
                count += connection.execute(_FORGET_ITEM, (user_id,)).rowcount if is_item else 0
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                what = "the events are removed from the log, but not yet from its write-ahead file"
                raise EventLogError(what, where=str(self._path), remedy="try again")
            return count

    def close(self) -> None:
        """Write all submitted batches and close the file; see `EventLog.close`."""
        self._commits.close()
        with self._reader_lock:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _open(self) -> sqlite3.Connection:
        return open_file(self._path, _PRAGMAS, _create_tables)

    @contextmanager
    def _read_transaction(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection in a read transaction; None where there is no file."""
        with translate_errors(self._path, "event log"), self._reader_lock:
            if self._reader is None and self._path.exists():
                self._reader = self._open()
            if self._reader is None:
                yield None
                return
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                self._reader.execute("ROLLBACK")


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA:
        connection.execute(statement)
    if connection.execute(_HAS_KIND).fetchone() is None:
        connection.execute(_ADD_KIND)


def _append(connection: sqlite3.Connection, batches: Sequence[Batch]) -> Sequence[AppendResult]:
    (newest,) = connection.execute("SELECT newest FROM ends").fetchone()
    ids = json.dumps([event.event_id for events in batches for event in events])
    known = [event_id for (event_id,) in connection.execute(_KNOWN, (ids,))]
    results, logged = deduplicate(batches, known, newest)
    rows = [(offset, *to_row(event)) for offset, event in logged]
    whole = len(rows) - len(rows) % _STATEMENT_ROWS
    for start in range(0, whole, _STATEMENT_ROWS):
        values = chain.from_iterable(rows[start : start + _STATEMENT_ROWS])
        connection.execute(_INSERT_MANY, list(values))
    connection.executemany(_INSERT, rows[whole:])
    connection.execute("UPDATE ends SET newest = ?", (newest + len(rows),))
    return results
