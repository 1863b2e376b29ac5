"""The inference log in a SQLite file next to the event log's.

SQLite runs one write transaction per file at a time: in the event log's file, events that clients wait for
would queue behind impressions that nobody waits for. With `synchronous=NORMAL` a power failure may lose the
latest impressions, but leaves an intact file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from script_shared.errors import EventLogError
from script_shared.events.sqlite_connection import open_file, transaction, translate_errors
from script_shared.impressions.erasure import Erasure
from script_shared.impressions.sql import Cursor, SqlImpressions, SqlTables, create_tables

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    # Removed rows are overwritten.
    "PRAGMA secure_delete = ON",
)
_HAS_READER = "SELECT 1 FROM pragma_table_info('impressions') WHERE name = 'reader'"


class SqliteTables(SqlTables):
    """Tables in a file, which the first use creates.

    Args:
        path: the file; SQLite creates two more next to it.
        create: creates missing tables, and migrates those of older versions.
    """

    def __init__(self, path: Path, create: Callable[[Cursor], None]) -> None:
        self._path, self._create = path, create
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translate_errors(self._path, "inference log"):
            if self._connection is None:
                self._connection = open_file(
                    self._path, _PRAGMAS, lambda connection: self._create(cast(Cursor, connection.cursor()))
                )
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Yield a cursor in a transaction; see `SqlTables.transaction`."""
        with self._connect() as connection, transaction(connection, "DEFERRED"):
            yield cast(Cursor, connection.cursor())

    def truncate_write_ahead(self) -> None:
        """Remove what has been deleted from the write-ahead file as well.

        Raises:
            EventLogError: another process reads the file now.
        """
        with self._connect() as connection:
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            what = "the user is removed from the inference log, but not yet from its write-ahead file"
            raise EventLogError(what, where=str(self._path), remedy="try again")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


class SqliteImpressions(SqliteTables, SqlImpressions):
    """Impressions in a file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, lambda cursor: create_tables(cursor, _HAS_READER))

    def forget(self, erasure: Erasure) -> int:
        """Remove a user, from the write-ahead file as well; see `ImpressionLog.forget`."""
        count = super().forget(erasure)
        self.truncate_write_ahead()
        return count
