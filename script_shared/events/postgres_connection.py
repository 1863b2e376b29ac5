"""A connection to Postgres that reconnects after errors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg2
from psycopg2.sql import SQL, Identifier

from script_shared.errors import EventLogError, VolumeFullError

_CONNECT = {"connect_timeout": 5, "application_name": "manchete", "tcp_user_timeout": 10_000}
#: Advisory lock, an arbitrary number: replicas that start together create the tables one after the other.
_CREATION_LOCK = 7_310_425_981
_LOGIN_FAILED = "password authentication failed"
_CONNECTION_REMEDY = "check that the database is up and EVENTS_URL is right"
_LOGIN_REMEDY = (
    "set the database's password in EVENTS_URL, or set the new password in the database; "
    "docs/deployment.md, 'A password is changed', says how"
)
#: SQLSTATE disk_full.
_DISK_FULL = "53100"


class PostgresConnection:
    """A connection that runs one transaction at a time, and is replaced after any error.

    Args:
        url: `postgresql://user:password@host:port/name`; `?schema=…` names a schema for the tables.
        create_tables: creates missing tables, and migrates those of older versions; takes a cursor.
        name: what the tables contain, for messages.
    """

    def __init__(self, url: str, create_tables: Callable[[Any], None], name: str = "event log") -> None:
        self._url, self._schema = _split_schema(url)
        self._create_tables, self._name = create_tables, name
        self._connection: Any = None
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """Yield a cursor in a transaction: commit at the end of the block, roll back when it fails."""
        with self._lock:
            try:
                self._connection = self._connection or self._connect()
                with self._connection, self._connection.cursor() as cursor:
                    yield cursor
            except psycopg2.Error as error:
                self.close()
                raise self._translate(error) from error

    def close(self) -> None:
        """Close the connection; the next transaction opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> Any:
        connection = psycopg2.connect(self._url, **_CONNECT)
        with connection, connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            if cursor.fetchone() == ("off",):
                cursor.execute("SET synchronous_commit = on")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (_CREATION_LOCK,))
            if self._schema:
                cursor.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(self._schema)))
                cursor.execute(SQL("SET search_path TO {}").format(Identifier(self._schema)))
            self._create_tables(cursor)
        return connection

    def _translate(self, error: psycopg2.Error) -> EventLogError | VolumeFullError:
        # Only the first line, and only the host: the URL contains a password.
        message = (str(error).strip().splitlines() or [type(error).__name__])[0]
        parts = urlsplit(self._url)
        where = f"{self._name} on {parts.hostname}"
        if error.pgcode == _DISK_FULL:
            return VolumeFullError(f"the disk is full ({message})", where=where, remedy="free space there")
        reason, remedy = "the database does not answer", _CONNECTION_REMEDY
        # The driver sets no code where a connection fails.
        if _LOGIN_FAILED in message:
            reason = f"the database refuses the password of the user {parts.username}"
            remedy = _LOGIN_REMEDY
        elif error.pgcode:
            reason = error.diag.message_primary or message
        what = f"the {self._name} cannot be used: {reason}"
        return EventLogError(what, where=where, remedy=remedy, details=message)


def _split_schema(url: str) -> tuple[str, str]:
    """Return the URL that the driver understands, and the schema; empty for that of the user."""
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query))
    schema = parameters.pop("schema", "")
    return urlunsplit(parts._replace(query=urlencode(parameters))), schema
