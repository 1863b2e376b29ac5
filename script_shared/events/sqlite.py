"""The event log in one SQLite file, for replicas on one machine.

A write-ahead log with `synchronous=FULL`: a transaction is on disk when its commit returns. SQLite lets
one transaction write at a time, so that offsets become visible in their order. The file must lie on a
local disk: SQLite's locks do not hold on network file systems.
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

from script_shared.errors import EventLogError, VolumeFullError
from script_shared.events.event import COLUMNS, FORGET, READ, Event, from_row, to_row
from script_shared.events.group_commit import Batch, GroupCommit
from script_shared.events.log import Appended, EventLog, Logged, compacted, sift
from script_shared.events.sqlite_settings import prepare
from script_shared.storage.disk_space import make_volume_full_error

#: Another process may hold the file for as long before a write gives up.
_PATIENCE_SECONDS = 10.0

_PRAGMAS = (
    # Ids arrive in no order, and each touches a page of their index: small pages make a small log.
    "PRAGMA page_size = 2048",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -32768",
    # Copied into the main file every 16 MB.
    "PRAGMA wal_autocheckpoint = 8000",
)
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS events (
        log_offset INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        item_id TEXT NOT NULL, time_ms INTEGER NOT NULL, session_id TEXT, user_type TEXT, details TEXT,
        kind TEXT NOT NULL
    ) STRICT""",
    # One row: the newest offset, and up to where events have been taken out.
    """CREATE TABLE IF NOT EXISTS ends (
        only INTEGER PRIMARY KEY CHECK (only = 1), newest INTEGER NOT NULL, compacted INTEGER NOT NULL
    ) STRICT""",
    "INSERT OR IGNORE INTO ends VALUES (1, 0, 0)",
)
#: Logs were made without it at first.
_HAS_KIND = "SELECT 1 FROM pragma_table_info('events') WHERE name = 'kind'"
_ADD_KIND = f"ALTER TABLE events ADD COLUMN kind TEXT NOT NULL DEFAULT '{READ}'"
_KNOWN = "SELECT event_id FROM events WHERE event_id IN (SELECT value FROM json_each(?))"
_ROW = f"(?{', ?' * len(COLUMNS)})"
_INSERT = f"INSERT INTO events VALUES {_ROW}"  # noqa: S608
#: Python's threads change hands at every row of `executemany`, but once in a statement of many rows.
_TOGETHER = 50
_INSERT_MANY = f"INSERT INTO events VALUES {', '.join([_ROW] * _TOGETHER)}"  # noqa: S608
#: Of events that are compacted, so many leave in one transaction.
_AT_ONCE = 2_000
_COMPACT = (
    "DELETE FROM events WHERE log_offset IN "
    "(SELECT log_offset FROM events WHERE log_offset <= ? ORDER BY log_offset LIMIT ?)"
)
#: That a reader is to be forgotten stays: replicas and older releases have yet to learn of it.
_FORGET = "DELETE FROM events WHERE user_id = ? AND kind <> ?"
_READ = f"SELECT log_offset, {', '.join(COLUMNS)} FROM events WHERE log_offset > ? ORDER BY 1 LIMIT ?"  # noqa: S608


class SqliteLog(EventLog):
    """Events in a file, made when the first is appended.

    Args:
        path: the file; SQLite keeps two more beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._reading = threading.Lock()
        self._commits = GroupCommit(self._write)

    def submit(self, events: Sequence[Event]) -> Future[Appended]:
        """Hand over a batch; see `EventLog.submit`."""
        return self._commits.submit(events)

    def _write(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        with self._told():
            if self._writer is None:
                self._writer = self._open()
            try:
                with _transaction(self._writer):
                    return _append(self._writer, batches)
            except sqlite3.Error:
                # After a failed write the next one begins afresh.
                self._writer.close()
                self._writer = None
                raise

    def read(self, after: int, limit: int) -> Sequence[Logged]:
        """Return events after an offset; see `EventLog.read`."""
        with self._snapshot() as connection:
            if connection is None:
                return []
            (through,) = connection.execute("SELECT compacted FROM ends").fetchone()
            if after < through:
                raise compacted(after, through)
            return [(row[0], from_row(row[1:])) for row in connection.execute(_READ, (after, limit))]

    def end(self) -> int:
        """Return the newest offset; see `EventLog.end`."""
        with self._snapshot() as connection:
            return connection.execute("SELECT newest FROM ends").fetchone()[0] if connection else 0

    def compact(self, through: int) -> int:
        """Take out events up to an offset; see `EventLog.compact`."""
        gone = 0
        with self._told(), closing(self._open()) as connection:
            with _transaction(connection):
                connection.execute("UPDATE ends SET compacted = max(compacted, min(?, newest))", (through,))
                (newest,) = connection.execute("SELECT newest FROM ends").fetchone()
            while found := self._compact_some(connection, min(through, newest)):
                gone += found
        return gone

    def _compact_some(self, connection: sqlite3.Connection, through: int) -> int:
        """Take out some events; who waits to write gets as much time afterwards."""
        start = time.monotonic()
        with _transaction(connection):
            found = connection.execute(_COMPACT, (through, _AT_ONCE)).rowcount
        time.sleep(time.monotonic() - start if found == _AT_ONCE else 0.0)
        return found

    def forget(self, user_id: str) -> int:
        """Take out a reader's events and overwrite where they stood; see `EventLog.forget`."""
        with self._told(), closing(self._open()) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with _transaction(connection):
                found = connection.execute(_FORGET, (user_id, FORGET)).rowcount
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                what = "the events are gone from the log, and not yet from its write-ahead file"
                raise EventLogError(what, where=str(self._path), remedy="do it again")
            return found

    def close(self) -> None:
        """Write what waits and close the file; see `EventLog.close`."""
        self._commits.close()
        with self._reading:
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect()
        try:
            prepare(connection, _PRAGMAS, _PATIENCE_SECONDS)
            with _transaction(connection):
                for statement in _SCHEMA:
                    connection.execute(statement)
                if connection.execute(_HAS_KIND).fetchone() is None:
                    connection.execute(_ADD_KIND)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _snapshot(self) -> Iterator[sqlite3.Connection | None]:
        """Give a connection that sees one moment of the log; None while there is no file."""
        with self._told(), self._reading:
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

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite and the disk say into the errors of the log."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> EventLogError | VolumeFullError:
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            return make_volume_full_error(self._path.parent, str(error))
        return EventLogError(
            f"the event log cannot be used ({error})",
            where=str(self._path),
            remedy="see that the folder is there, writable and on a local disk",
        )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _append(connection: sqlite3.Connection, batches: Sequence[Batch]) -> Sequence[Appended]:
    (newest,) = connection.execute("SELECT newest FROM ends").fetchone()
    ids = json.dumps([event.event_id for events in batches for event in events])
    done, logged = sift(batches, [known for (known,) in connection.execute(_KNOWN, (ids,))], newest)
    rows = [(offset, *to_row(event)) for offset, event in logged]
    whole = len(rows) - len(rows) % _TOGETHER
    for start in range(0, whole, _TOGETHER):
        connection.execute(_INSERT_MANY, list(chain.from_iterable(rows[start : start + _TOGETHER])))
    connection.executemany(_INSERT, rows[whole:])
    connection.execute("UPDATE ends SET newest = ?", (newest + len(rows),))
    return done
