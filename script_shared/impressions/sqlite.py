"""The inference log in a SQLite file of its own, beside the event log's.

SQLite lets one transaction write at a time in a file: in the event log's own file, an event that a client
waits for would wait for impressions that nobody waits for. `synchronous=NORMAL`: a power cut may take the
last impressions with it, and leaves a sound file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from script_shared.errors import EventLogError, VolumeFullError
from script_shared.events.sqlite_settings import prepare
from script_shared.impressions.sql import SCHEMA, Cursor, SqlImpressions
from script_shared.storage.disk_space import make_volume_full_error

#: Another process may hold the file for as long before a write gives up.
_PATIENCE_SECONDS = 10.0
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    # What is taken out is overwritten.
    "PRAGMA secure_delete = ON",
)


class SqliteImpressions(SqlImpressions):
    """Impressions in a file, made when it is first used.

    Args:
        path: the file; SQLite keeps two more beside it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._busy = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Give a cursor; see `SqlImpressions.transaction`."""
        with self._busy, self._told():
            self._connection = self._connection or self._open()
            cursor = self._connection.cursor()
            cursor.execute("BEGIN")
            try:
                yield cast(Cursor, cursor)
                cursor.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    def forget(self, users: Sequence[str]) -> int:
        """Take out readers, from the write-ahead file as well; see `ImpressionLog.forget`."""
        found = super().forget(users)
        with self._busy, self._told():
            (is_busy, *_) = self._checkpoint()
        if is_busy:
            what = "the reader is gone from the inference log, and not yet from its write-ahead file"
            raise EventLogError(what, where=str(self._path), remedy="do it again")
        return found

    def close(self) -> None:
        """Close the file; see `ImpressionLog.close`."""
        with self._busy:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _checkpoint(self) -> tuple[Any, ...]:
        connection = self._connection = self._connection or self._open()
        return tuple(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            prepare(connection, _PRAGMAS, _PATIENCE_SECONDS)
            for statement in SCHEMA:
                connection.execute(statement)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

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
            f"the inference log cannot be used ({error})",
            where=str(self._path),
            remedy="see that the folder is there, writable and on a local disk",
        )
