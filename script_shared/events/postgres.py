"""The event log in Postgres, for replicas on several machines.

Numbers from a sequence become visible in the order of commits, not of the numbers: a consumer that has read 7
would miss a 6 that commits later. Therefore every writer first locks the one row with the newest offset.
Postgres releases the lock after the transaction has become visible, so that the next writer assigns higher
offsets and becomes visible later. A transaction that is rolled back restores the row, and leaves no gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from psycopg2.extras import execute_values

from script_shared.events.event import COLUMNS, FORGET, INTERACTION, Event, from_row, to_row
from script_shared.events.group_commit import Batch, GroupCommit
from script_shared.events.log import AppendResult, EventLog, LoggedEvent, deduplicate, make_compacted_error
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
#: Tables of the first version have no such column. ALTER TABLE waits for all users of the table.
_HAS_KIND = "SELECT 1 FROM pg_attribute WHERE attrelid = 'events'::regclass AND attname = 'kind'"
_ADD_KIND = f"ALTER TABLE events ADD COLUMN kind text NOT NULL DEFAULT '{INTERACTION}'"
_INSERT = "INSERT INTO events VALUES %s"
_COMPACTED = "UPDATE ends SET compacted = greatest(compacted, least(%s, newest)) RETURNING newest"
#: The request to forget a user stays: replicas and older releases have not seen it yet.
_FORGET = "DELETE FROM events WHERE user_id = %s AND kind <> %s"
_FORGET_ITEM = "DELETE FROM events WHERE item_id = %s"
_READ = f"SELECT log_offset, {', '.join(COLUMNS)} FROM events WHERE log_offset > %s ORDER BY 1 LIMIT %s"  # noqa: S608


class PostgresLog(EventLog):
    """Events in two tables of a database, which the first use creates.

    Args:
        url: `postgresql://user:password@host:port/name`; the user must own the database.
    """

    def __init__(self, url: str) -> None:
        self._writer, self._reader = (PostgresConnection(url, _create_tables) for _ in range(2))
        self._commits = GroupCommit(self._write)

    def submit(self, events: Sequence[Event]) -> Future[AppendResult]:
        """Append a batch; see `EventLog.submit`."""
        return self._commits.submit(events)

    def _write(self, batches: Sequence[Batch]) -> Sequence[AppendResult]:
        with self._writer.transaction() as cursor:
            return _append(cursor, batches)

    def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """Return events after an offset; see `EventLog.read`."""
        with self._reader.transaction() as cursor:
            cursor.execute(_READ, (after, limit))
            rows = cursor.fetchall()
            # Queried last: events compacted between the two queries must not look like the end of the log.
            cursor.execute("SELECT compacted FROM ends")
            (through,) = cursor.fetchone()
        if after < through:
            raise make_compacted_error(after, through)
        return [(row[0], from_row(row[1:])) for row in rows]

    def end_offset(self) -> int:
        """Return the newest offset; see `EventLog.end_offset`."""
        with self._reader.transaction() as cursor:
            cursor.execute("SELECT newest FROM ends")
            return int(cursor.fetchone()[0])

    def compact(self, through: int) -> int:
        """Remove events up to an offset; see `EventLog.compact`."""
        with self._reader.transaction() as cursor:
            cursor.execute(_COMPACTED, (through,))
            (newest,) = cursor.fetchone()
        # In a second transaction: writers wait for the row above, but not for the deletion.
        with self._reader.transaction() as cursor:
            cursor.execute("DELETE FROM events WHERE log_offset <= %s", (min(through, newest),))
            return int(cursor.rowcount)

    def forget(self, user_id: str, *, is_item: bool = False) -> int:
        """Remove a user's events; Postgres overwrites their rows when it vacuums."""
        with self._reader.transaction() as cursor:
            cursor.execute(_FORGET, (user_id, FORGET))
            count = int(cursor.rowcount)
            if is_item:
                cursor.execute(_FORGET_ITEM, (user_id,))
                count += int(cursor.rowcount)
            return count

    def close(self) -> None:
        """Write all submitted batches and disconnect; see `EventLog.close`."""
        self._commits.close()
        self._writer.close()
        self._reader.close()


def _create_tables(cursor: Any) -> None:
    cursor.execute(_SCHEMA)
    cursor.execute(_HAS_KIND)
    if cursor.fetchone() is None:
        cursor.execute(_ADD_KIND)


def _append(cursor: Any, batches: Sequence[Batch]) -> Sequence[AppendResult]:
    # Locks out other writers until the commit; later statements see all that they have committed.
    cursor.execute("SELECT newest FROM ends FOR UPDATE")
    (newest,) = cursor.fetchone()
    ids = [event.event_id for events in batches for event in events]
    cursor.execute("SELECT event_id FROM events WHERE event_id = ANY(%s)", (ids,))
    known = [event_id for (event_id,) in cursor.fetchall()]
    results, logged = deduplicate(batches, known, newest)
    rows = [(offset, *to_row(event)) for offset, event in logged]
    execute_values(cursor, _INSERT, rows, page_size=1_000)
    cursor.execute("UPDATE ends SET newest = %s", (newest + len(rows),))
    return results
