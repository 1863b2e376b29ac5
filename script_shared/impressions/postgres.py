"""The inference log in Postgres, in the event log's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from script_shared.events.postgres_connection import PostgresConnection
from script_shared.impressions.sql import Cursor, SqlImpressions, create_tables

_HAS_READER = "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('impressions') AND attname = 'reader'"


class PostgresImpressions(SqlImpressions):
    """Impressions in tables of a database, which the first use creates.

    Args:
        url: `postgresql://user:password@host:port/name`; the user must own the database.
    """

    def __init__(self, url: str) -> None:
        self._connection = PostgresConnection(url, _create_tables, "inference log")

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Yield a cursor in a transaction; see `SqlImpressions.transaction`."""
        with self._connection.transaction() as cursor:
            yield _PostgresCursor(cursor)

    def close(self) -> None:
        """Disconnect; see `ImpressionLog.close`."""
        self._connection.close()


def _create_tables(cursor: Any) -> None:
    create_tables(_PostgresCursor(cursor), _HAS_READER)


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
