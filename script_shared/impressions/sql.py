"""The inference log in SQL that SQLite and Postgres both understand; `?` stands for a value."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import chain
from typing import Any

from script_shared.impressions.impression import Click, Followed, Impression, Shown, from_row, to_row
from script_shared.impressions.log import ImpressionLog

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS impressions (
        impression_id text PRIMARY KEY, reader text, time_ms bigint NOT NULL, experiment text NOT NULL,
        variant text NOT NULL, release text NOT NULL, segment text NOT NULL, model text NOT NULL,
        items text NOT NULL, latency_us bigint NOT NULL, written_ms bigint NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS impressions_by_reader ON impressions (reader)",
    "CREATE INDEX IF NOT EXISTS impressions_by_age ON impressions (written_ms)",
    """CREATE TABLE IF NOT EXISTS follows (
        impression_id text NOT NULL, item_id text NOT NULL, time_ms bigint NOT NULL,
        written_ms bigint NOT NULL, PRIMARY KEY (impression_id, item_id)
    )""",
    # One row: up to where the event log has been read for what followed.
    """CREATE TABLE IF NOT EXISTS followed (
        only_row integer PRIMARY KEY CHECK (only_row = 1), through bigint NOT NULL
    )""",
    "INSERT INTO followed VALUES (1, 0) ON CONFLICT DO NOTHING",
)
_COLUMNS = "impression_id, reader, time_ms, experiment, variant, release, segment, model, items, latency_us"
_NEWEST = f"SELECT {_COLUMNS} FROM impressions ORDER BY written_ms DESC, time_ms DESC LIMIT ?"  # noqa: S608
_EXPERIMENTS = "SELECT experiment FROM impressions WHERE experiment <> '' GROUP BY 1 ORDER BY max(time_ms), 1"
_SHOWN = """SELECT variant, release, reader, count(*) FROM impressions
    WHERE experiment = ? AND reader IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
_CLICKS = """SELECT i.variant, i.reader, i.impression_id, f.item_id, f.time_ms - i.time_ms, i.items
    FROM follows f JOIN impressions i ON i.impression_id = f.impression_id
    WHERE i.experiment = ? AND i.reader IS NOT NULL ORDER BY 1, 2, 3, 4"""
_OF_READER = "SELECT impression_id FROM impressions WHERE reader = ?"
#: So many rows go into one statement: Python's threads change hands once a statement.
_TOGETHER = 50


class Cursor:
    """What a connection's cursor does."""

    rowcount: int

    @abstractmethod
    def execute(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement."""

    @abstractmethod
    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that it gave."""


class SqlImpressions(ImpressionLog):
    """Impressions in two tables; an engine says how a transaction is made."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Cursor]:
        """Give a cursor; commit at the end of the block, leave nothing when it fails."""

    def write(self, impressions: Sequence[Impression], written_ms: int) -> None:
        """Add impressions; see `ImpressionLog.write`."""
        with self.transaction() as cursor:
            _insert(cursor, "impressions", [(*to_row(each), written_ms) for each in impressions])

    def follow(self, interactions: Sequence[Followed], through: int, written_ms: int) -> None:
        """Add reads that followed; see `ImpressionLog.follow`."""
        with self.transaction() as cursor:
            _insert(cursor, "follows", [(*each, written_ms) for each in interactions])
            cursor.execute("UPDATE followed SET through = ?", (through,))

    def followed_through(self) -> int:
        """Return up to where the event log was read; see `ImpressionLog.followed_through`."""
        return int(self._rows("SELECT through FROM followed")[0][0])

    def newest(self, limit: int) -> Sequence[Impression]:
        """Return the newest impressions; see `ImpressionLog.newest`."""
        return [from_row(row) for row in self._rows(_NEWEST, limit)]

    def experiments(self) -> Sequence[str]:
        """Return the names of the experiments; see `ImpressionLog.experiments`."""
        return [name for (name,) in self._rows(_EXPERIMENTS)]

    def shown(self, experiment: str) -> Sequence[Shown]:
        """Return readers' impressions; see `ImpressionLog.shown`."""
        return [Shown(*row) for row in self._rows(_SHOWN, experiment)]

    def clicks(self, experiment: str) -> Sequence[Click]:
        """Return what was read of the lists; see `ImpressionLog.clicks`."""
        rows = self._rows(_CLICKS, experiment)
        return [Click(*row[:5]) for row in rows if row[3] in json.loads(row[5])]

    def forget(self, users: Sequence[str]) -> int:
        """Take out readers; see `ImpressionLog.forget`."""
        with self.transaction() as cursor:
            return sum(_forget(cursor, user) for user in users)

    def prune(self, before_ms: int) -> int:
        """Take out what is old; see `ImpressionLog.prune`."""
        with self.transaction() as cursor:
            cursor.execute("DELETE FROM follows WHERE written_ms < ?", (before_ms,))
            cursor.execute("DELETE FROM impressions WHERE written_ms < ?", (before_ms,))
            return cursor.rowcount

    def _rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with self.transaction() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()


def _forget(cursor: Cursor, user: str) -> int:
    cursor.execute(f"DELETE FROM follows WHERE impression_id IN ({_OF_READER})", (user,))  # noqa: S608
    cursor.execute("DELETE FROM impressions WHERE reader = ?", (user,))
    return cursor.rowcount


def _insert(cursor: Cursor, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    for start in range(0, len(rows), _TOGETHER):
        part = rows[start : start + _TOGETHER]
        places = f"({', '.join('?' * len(part[0]))})"
        values = ", ".join([places] * len(part))
        statement = f"INSERT INTO {table} VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608
        cursor.execute(statement, list(chain.from_iterable(part)))
