"""The event log in Postgres, for replicas on several machines.

Numbers drawn from a sequence become visible in the order of commits, not of the numbers: a follower that
has seen 7 would miss a 6 that commits later. Here every writer first locks the one row that holds the
newest offset. Postgres lets go of that lock only after the transaction has become visible to all, so that
whoever gets it next gives higher offsets and becomes visible later; and where a transaction is rolled
back, so is the row, and no offset is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from psycopg2.extras import execute_values

from script_shared.events.event import COLUMNS, FORGET, READ, Event, from_row, to_row
from script_shared.events.group_commit import Batch, GroupCommit
from script_shared.events.log import Appended, EventLog, Logged, compacted, sift
from script_shared.events.postgres_connection import PostgresConnection

_SCHEMA = """
CREATE TABLE IF NOT EXISTS events (
    log_offset bigint PRIMARY KEY, event_id text NOT NULL UNIQUE, user_id text NOT NULL,
    item_id text NOT NULL, time_ms bigint NOT NULL, session_id text, user_type text, details text,
    kind text NOT NULL
);
CREATE TABLE IF NOT EXISTS ends (
    only_row integer PRIMARY KEY CHECK (only_row = 1), newest bigint NOT NULL, compacted bigint NOT NULL
);
INSERT INTO ends VALUES (1, 0, 0) ON CONFLICT DO NOTHING;
"""
#: Logs were made without it at first. Asked before it is added: to alter a table waits for all who use it.
_HAS_KIND = "SELECT 1 FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname = 'kind'"
_ADD_KIND = f"ALTER TABLE events ADD COLUMN kind text NOT NULL DEFAULT '{READ}'"
_INSERT = "INSERT INTO events VALUES %s"
_COMPACTED = "UPDATE ends SET compacted = greatest(compacted, least(%s, newest)) RETURNING newest"
#: That a reader is to be forgotten stays: replicas and older releases have yet to learn of it.
_FORGET = "DELETE FROM events WHERE user_id = %s AND kind <> %s"
_READ = f"SELECT log_offset, {', '.join(COLUMNS)} FROM events WHERE log_offset > %s ORDER BY 1 LIMIT %s"  # noqa: S608


class PostgresLog(EventLog):
    """Events in two tables of a database, made when they are first needed.

    Args:
        address: `postgresql://user:password@host:port/name`; the user owns that database and needs no more.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._writer, self._reader = PostgresConnection(address, _make), PostgresConnection(address, _make)
        self._commits = GroupCommit(self._write)

    def submit(self, events: Sequence[Event]) -> Future[Appended]:
        """Hand over a batch; see `EventLog.submit`."""
        return self._commits.submit(events)

    def _write(self, batches: Sequence[Batch]) -> Sequence[Appended]:
        with self._writer.transaction() as cursor:
            return _append(cursor, batches)

    def read(self, after: int, limit: int) -> Sequence[Logged]:
        """Return events after an offset; see `EventLog.read`."""
        with self._reader.transaction() as cursor:
            cursor.execute(_READ, (after, limit))
            rows = cursor.fetchall()
            # Asked last: what is compacted between the two questions must not pass for what never was.
            cursor.execute("SELECT compacted FROM ends")
            (through,) = cursor.fetchone()
        if after < through:
            raise compacted(after, through)
        return [(row[0], from_row(row[1:])) for row in rows]

    def end(self) -> int:
        """Return the newest offset; see `EventLog.end`."""
        with self._reader.transaction() as cursor:
            cursor.execute("SELECT newest FROM ends")
            return int(cursor.fetchone()[0])

    def compact(self, through: int) -> int:
        """Take out events up to an offset; see `EventLog.compact`."""
        with self._reader.transaction() as cursor:
            cursor.execute(_COMPACTED, (through,))
            (newest,) = cursor.fetchone()
        # In a transaction of its own: who writes waits for the row above, not for this.
        with self._reader.transaction() as cursor:
            cursor.execute("DELETE FROM events WHERE log_offset <= %s", (min(through, newest),))
            return int(cursor.rowcount)

    def forget(self, user_id: str) -> int:
        """Take out a reader's events; Postgres overwrites their rows when it vacuums."""
        with self._reader.transaction() as cursor:
            cursor.execute(_FORGET, (user_id, FORGET))
            return int(cursor.rowcount)

    def close(self) -> None:
        """Write what waits and hang up; see `EventLog.close`."""
        self._commits.close()
        self._writer.hang_up()
        self._reader.hang_up()


def _make(cursor: Any) -> None:
    cursor.execute(_SCHEMA)
    cursor.execute(_HAS_KIND)
    if cursor.fetchone() is None:
        cursor.execute(_ADD_KIND)


def _append(cursor: Any, batches: Sequence[Batch]) -> Sequence[Appended]:
    # Nobody else appends from here to the commit; each later statement sees all that was committed before.
    cursor.execute("SELECT newest FROM ends FOR UPDATE")
    (newest,) = cursor.fetchone()
    cursor.execute(
        "SELECT event_id FROM events WHERE event_id = ANY(%s)",
        ([event.event_id for events in batches for event in events],),
    )
    done, logged = sift(batches, [known for (known,) in cursor.fetchall()], newest)
    rows = [(offset, *to_row(event)) for offset, event in logged]
    execute_values(cursor, _INSERT, rows, page_size=1_000)
    cursor.execute("UPDATE ends SET newest = %s", (newest + len(rows),))
    return done
