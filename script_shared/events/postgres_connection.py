"""A connection to Postgres."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from script_shared.errors import EventLogError, VolumeFullError

_CONNECT = {"connect_timeout": 5, "application_name": "manchete", "tcp_user_timeout": 10_000}
#: Any number: replicas that start together make the tables one after the other.
_MAKING = 7_310_425_981
_REFUSED = "password authentication failed"
_UNREACHABLE = "see that the database is up and EVENTS_URL is right"
_LOGIN = (
    "use the password in EVENTS_URL that the database knows, or give the database the new one; "
    "docs/deployment.md, 'A password is changed', says how"
)
#: disk_full
_NO_ROOM = "53100"


class PostgresConnection:
    """A connection that is made anew after any fault; one transaction at a time.

    Args:
        address: `postgresql://user:password@host:port/name`.
        make: makes the tables where they are not there yet, and brings older ones up to date.
        what: what lies there, for messages.
    """

    def __init__(self, address: str, make: Callable[[Any], None], what: str = "event log") -> None:
        self._address, self._make, self._what = address, make, what
        self._connection: Any = None
        self._busy = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Give a cursor; commit at the end of the block, leave nothing when it fails."""
        with self._busy:
            try:
                self._connection = self._connection or self._call()
                with self._connection, self._connection.cursor() as cursor:
                    yield cursor
            except psycopg2.Error as error:
                self.hang_up()
                raise self._fault(error) from error

    def hang_up(self) -> None:
        """Close the connection; the next transaction makes another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _call(self) -> Any:
        connection = psycopg2.connect(self._address, **_CONNECT)
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            if cursor.fetchone() == ("off",):
                cursor.execute("SET synchronous_commit = on")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_MAKING,))
            self._make(cursor)
        return connection

    def _fault(self, error: psycopg2.Error) -> EventLogError | VolumeFullError:
        # The first line only, and the host only: the address holds a password.
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        parts = urlsplit(self._address)
        where = f"{self._what} on {parts.hostname}"
        if error.pgcode == _NO_ROOM:
            return VolumeFullError(
                f"there is no room for more ({said})", where=where, remedy="free space there"
            )
        reason, remedy = "the database does not answer", _UNREACHABLE
        # The driver gives no code for what ends a connection before it begins.
        if _REFUSED in said:
            reason, remedy = f"the database refuses the password of the user {parts.username}", _LOGIN
        elif error.pgcode:
            reason = error.diag.message_primary or said
        return EventLogError(
            f"the {self._what} cannot be used: {reason}", where=where, remedy=remedy, details=said
        )
