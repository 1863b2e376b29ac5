"""The inference log in a SQLite file next to the event log's.

SQLite runs one write transaction per file at a time: in the event log's file, events that clients wait for
would queue behind impressions that nobody waits for. With `synchronous=NORMAL` a power failure may lose the
latest impressions, but leaves an intact file.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from script_shared.errors import EventLogError
from script_shared.events.sqlite_connection import open_file, transaction, translate_errors
from script_shared.impressions.sql import Cursor, SqlImpressions, create_tables

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    # Removed rows are overwritten.
    "PRAGMA secure_delete = ON",
)
_HAS_READER = "SELECT 1 FROM pragma_table_info('impressions') WHERE name = 'reader'"


class SqliteImpressions(SqlImpressions):
    """Impressions in a file, which the first use creates.

    Args:
        path: the file; SQLite creates two more next to it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        with self._lock, translate_errors(self._path, "inference log"):
            if self._connection is None:
                self._connection = open_file(self._path, _PRAGMAS, _create_tables)
            yield self._connection

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Yield a cursor in a transaction; see `SqlImpressions.transaction`."""
        with self._connect() as connection, transaction(connection, "DEFERRED"):
            yield cast(Cursor, connection.cursor())

    def forget(self, pseudonyms: Sequence[str]) -> int:
        """Remove users, from the write-ahead file as well; see `ImpressionLog.forget`."""
        count = super().forget(pseudonyms)
        with self._connect() as connection:
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            what = "the user is removed from the inference log, but not yet from its write-ahead file"
            raise EventLogError(what, where=str(self._path), remedy="try again")
        return count

    def close(self) -> None:
        """Close the file; see `ImpressionLog.close`."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None


def _create_tables(connection: sqlite3.Connection) -> None:
    create_tables(cast(Cursor, connection.cursor()), _HAS_READER)
