"""The inference log in Postgres, in the event log's database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from script_shared.events.postgres_connection import PostgresConnection
from script_shared.impressions.sql import Cursor, SqlImpressions, SqlTables, create_tables

_HAS_READER = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('impressions') AND attname = 'reader'"


class PostgresTables(SqlTables):
    """Tables of a database, which the first use creates.

    Args:
        url: `postgresql://user:password@host:port/name`; the user must own the database.
        create: creates missing tables, and migrates those of older versions.
    """

    def __init__(self, url: str, create: Callable[[Cursor], None]) -> None:
        self._connection = PostgresConnection(
            url, lambda cursor: create(_PostgresCursor(cursor)), "inference log"
        )

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Yield a cursor in a transaction; see `SqlTables.transaction`."""
        with self._connection.transaction() as cursor:
            yield _PostgresCursor(cursor)

    def close(self) -> None:
        """Disconnect."""
        self._connection.close()


class PostgresImpressions(PostgresTables, SqlImpressions):
    """Impressions in tables of a database.

    Args:
        url: `postgresql://user:password@host:port/name`; the user must own the database.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, lambda cursor: create_tables(cursor, _HAS_READER))


class _PostgresCursor(Cursor):
    """A cursor of psycopg2, whose placeholder is `%s`."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:  # type: ignore[override]
        return int(self._cursor.rowcount)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._cursor.execute(statement.replace("?", "%s"), values)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._cursor.fetchall())
