"""Sets SQLite files up that several processes write."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

_PAUSE_SECONDS = 0.01


def prepare(connection: sqlite3.Connection, pragmas: Sequence[str], patience_seconds: float) -> None:
    """Set a file up; the switch to WAL does not wait by itself for another process that is at it."""
    end = time.monotonic() + patience_seconds
    while True:
        try:
            for pragma in pragmas:
                connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
