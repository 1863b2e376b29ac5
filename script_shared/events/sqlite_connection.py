"""Connections to SQLite files that several processes write."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from script_shared.errors import EventLogError, VolumeFullError
from script_shared.storage.disk_space import make_volume_full_error

#: Maximum time to wait for another process that has locked the file.
_TIMEOUT_SECONDS = 10.0
_RETRY_SECONDS = 0.01


def open_file(
    path: Path, pragmas: Sequence[str], create_tables: Callable[[sqlite3.Connection], None]
) -> sqlite3.Connection:
    """Open a file, creating it and its folder where they are missing.

    Args:
        path: the file.
        pragmas: statements that configure the connection.
        create_tables: creates missing tables, and migrates those of older versions; runs in a transaction.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, _TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _apply_pragmas(connection, pragmas)
        with transaction(connection):
            create_tables(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _apply_pragmas(connection: sqlite3.Connection, pragmas: Sequence[str]) -> None:
    # The switch to WAL ignores the timeout when another process makes it at the same time.
    end = time.monotonic() + _TIMEOUT_SECONDS
    while True:
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


@contextmanager
def transaction(connection: sqlite3.Connection, mode: str = "IMMEDIATE") -> Iterator[None]:
    """Run the block in a transaction: commit at its end, roll back when it fails.

    Args:
        connection: not in a transaction.
        mode: `IMMEDIATE` locks the file for writing at once, `DEFERRED` at the first write.
    """
    connection.execute(f"BEGIN {mode}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translate_errors(path: Path, name: str) -> Iterator[None]:
    """Translate errors of SQLite and the file system in the block.

    Args:
        path: the file.
        name: what the file contains, for messages.

    Raises:
        VolumeFullError: the disk is full.
        EventLogError: the file cannot be used.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _translate(error, path, name) from error


def _translate(error: Exception, path: Path, name: str) -> EventLogError | VolumeFullError:
    if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        return make_volume_full_error(path.parent, str(error))
    remedy = "check that the folder exists, is writable and on a local disk"
    return EventLogError(f"the {name} cannot be used ({error})", where=str(path), remedy=remedy)
