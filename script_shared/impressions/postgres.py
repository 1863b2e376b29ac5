"""The inference log in Postgres, in the event log's database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from script_shared.events.postgres_connection import PostgresConnection
from script_shared.impressions.sql import SCHEMA, Cursor, SqlImpressions


class PostgresImpressions(SqlImpressions):
    """Impressions in tables of a database, made when they are first needed.

    Args:
        address: `postgresql://user:password@host:port/name`; the user owns that database and needs no more.
    """

    def __init__(self, address: str) -> None:
        self._line = PostgresConnection(address, _make, "inference log")

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """Give a cursor; see `SqlImpressions.transaction`."""
        with self._line.transaction() as cursor:
            yield _Marked(cursor)

    def close(self) -> None:
        """Hang up; see `ImpressionLog.close`."""
        self._line.hang_up()


def _make(cursor: Any) -> None:
    for statement in SCHEMA:
        cursor.execute(statement)


class _Marked(Cursor):
    """A cursor of psycopg2, whose mark for a value is another."""

    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    @property
    def rowcount(self) -> int:  # type: ignore[override]
        return int(self._cursor.rowcount)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> None:
        self._cursor.execute(statement.replace("?", "%s"), values)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._cursor.fetchall())
