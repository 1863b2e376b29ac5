"""The inference log in SQL that both SQLite and Postgres accept; `?` is the placeholder of a value."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

from script_shared.impressions.erasure import Erasure
from script_shared.impressions.impression import (
    AttributedInteraction,
    Click,
    Impression,
    ImpressionCount,
    from_row,
    to_row,
)
from script_shared.impressions.log import ImpressionLog

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS impressions (
        impression_id text PRIMARY KEY, pseudonym text, time_ms bigint NOT NULL, experiment text NOT NULL,
        variant text NOT NULL, release text NOT NULL, segment text NOT NULL, model text NOT NULL,
        items text NOT NULL, latency_us bigint NOT NULL, written_ms bigint NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS impressions_by_pseudonym ON impressions (pseudonym)",
    "CREATE INDEX IF NOT EXISTS impressions_by_age ON impressions (written_ms)",
    """CREATE TABLE IF NOT EXISTS follows (
        impression_id text NOT NULL, item_id text NOT NULL, time_ms bigint NOT NULL,
        written_ms bigint NOT NULL, PRIMARY KEY (impression_id, item_id)
    )""",
    # One row: the offset of the event log up to which interactions have been added.
    """CREATE TABLE IF NOT EXISTS followed (
        only_row integer PRIMARY KEY CHECK (only_row = 1), through bigint NOT NULL
    )""",
    "INSERT INTO followed VALUES (1, 0) ON CONFLICT DO NOTHING",
)
#: The first version of the table had another name for the column.
_RENAME = (
    "ALTER TABLE impressions RENAME COLUMN reader TO pseudonym",
    "DROP INDEX IF EXISTS impressions_by_reader",
)
_FIELDS = "impression_id, pseudonym, time_ms, experiment, variant, release, segment, model, items, latency_us"
_NEWEST = f"SELECT {_FIELDS} FROM impressions ORDER BY written_ms DESC, time_ms DESC LIMIT ?"  # noqa: S608
_EXPERIMENTS = "SELECT experiment FROM impressions WHERE experiment <> '' GROUP BY 1 ORDER BY max(time_ms), 1"
_COUNTS = """SELECT variant, release, pseudonym, count(*) FROM impressions
    WHERE experiment = ? AND pseudonym IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
_CLICKS = """SELECT i.variant, i.pseudonym, i.impression_id, f.item_id, f.time_ms - i.time_ms, i.items
    FROM follows f JOIN impressions i ON i.impression_id = f.impression_id
    WHERE i.experiment = ? AND i.pseudonym IS NOT NULL ORDER BY 1, 2, 3, 4"""
_FORGET = (
    "DELETE FROM follows WHERE impression_id IN (SELECT impression_id FROM impressions WHERE {})",
    "DELETE FROM impressions WHERE {}",
)
_OF_USER = "pseudonym = ?"
#: The items are a list in JSON; LIKE would interpret characters of the id.
_WITH_ITEM = "replace(items, ?, '') <> items"
#: Rows of a statement: Python switches threads once per statement.
_STATEMENT_ROWS = 50


class Cursor:
    """The methods of a database cursor that the log uses."""

    rowcount: int

    @abstractmethod
    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement."""

    @abstractmethod
    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows of the last statement."""


def create_tables(cursor: Cursor, has_reader_column: str) -> None:
    """Create missing tables, and migrate those of the first version.

    Args:
        cursor: in a transaction.
        has_reader_column: query that returns a row where the table of impressions has a column `reader`.
    """
    cursor.execute(has_reader_column)
    for statement in (*(_RENAME if cursor.fetchall() else ()), *_SCHEMA):
        cursor.execute(statement)


class SqlTables(ABC):
    """Tables of a database; subclasses implement transactions."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Cursor]:
        """Return a context manager that commits at the end of its block, and rolls back when it fails."""

    def select(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.transaction() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


class SqlImpressions(SqlTables, ImpressionLog):
    """Impressions in two tables; subclasses implement transactions."""

    def write(self, impressions: Sequence[Impression], written_ms: int) -> None:
        """Add impressions; see `ImpressionLog.write`."""
        with self.transaction() as cursor:
            rows = [(*to_row(impression), written_ms) for impression in impressions]
            insert_rows(cursor, "impressions", rows)

    def add_interactions(
        self, interactions: Sequence[AttributedInteraction], through: int, written_ms: int
    ) -> None:
        """Add interactions; see `ImpressionLog.add_interactions`."""
        with self.transaction() as cursor:
            rows = [(*interaction, written_ms) for interaction in interactions]
            insert_rows(cursor, "follows", rows)
            cursor.execute("UPDATE followed SET through = ?", (through,))

    def attributed_offset(self) -> int:
        """Return the offset of the event log; see `ImpressionLog.attributed_offset`."""
        return int(self.select("SELECT through FROM followed")[0][0])

    def newest(self, limit: int) -> Sequence[Impression]:
        """Return the newest impressions; see `ImpressionLog.newest`."""
        return [from_row(row) for row in self.select(_NEWEST, limit)]

    def experiments(self) -> Sequence[str]:
        """Return the names of the experiments; see `ImpressionLog.experiments`."""
        return [name for (name,) in self.select(_EXPERIMENTS)]

    def count_impressions(self, experiment: str) -> Sequence[ImpressionCount]:
        """Return the number of impressions; see `ImpressionLog.count_impressions`."""
        return [ImpressionCount(*row) for row in self.select(_COUNTS, experiment)]

    def clicks(self, experiment: str) -> Sequence[Click]:
        """Return the clicks; see `ImpressionLog.clicks`."""
        rows = self.select(_CLICKS, experiment)
        return [Click(*row[:5]) for row in rows if row[3] in json.loads(row[5])]

    def forget(self, erasure: Erasure) -> int:
        """Remove a user; see `ImpressionLog.forget`."""
        with self.transaction() as cursor:
            count = sum(_forget(cursor, _OF_USER, pseudonym) for pseudonym in erasure.pseudonyms)
            if erasure.item_id is None:
                return count
            return count + _forget(cursor, _WITH_ITEM, json.dumps(erasure.item_id))

    def prune(self, before_ms: int) -> int:
        """Remove old impressions; see `ImpressionLog.prune`."""
        with self.transaction() as cursor:
            cursor.execute("DELETE FROM follows WHERE written_ms < ?", (before_ms,))
            cursor.execute("DELETE FROM impressions WHERE written_ms < ?", (before_ms,))
            return cursor.rowcount


def _forget(cursor: Cursor, condition: str, value: str) -> int:
    for statement in _FORGET:
        cursor.execute(statement.format(condition), (value,))
    return cursor.rowcount


def insert_rows(cursor: Cursor, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows into a table; those whose primary key is in it already are left out."""
    for start in range(0, len(rows), _STATEMENT_ROWS):
        part = rows[start : start + _STATEMENT_ROWS]
        placeholders = f"({', '.join('?' * len(part[0]))})"
        values = ", ".join([placeholders] * len(part))
        statement = f"INSERT INTO {table} VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608
        cursor.execute(statement, list(chain.from_iterable(part)))
