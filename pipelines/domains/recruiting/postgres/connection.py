"""A connection to the database of raw records, whose errors never contain the password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psycopg2

from script_shared.errors import DownloadError, InputError, MancheteError, VolumeFullError

SCHEMES = ("postgresql", "postgres")
_CONNECT = {"connect_timeout": 10, "application_name": "manchete"}
_CONNECTION_REMEDY = "check that the database is up, and host, port, user and password of the URL"
_URL_REMEDY = "write it as postgresql://user:password@host:port/name"
_RIGHTS_REMEDY = "connect as a user who may create and write tables, or ask for these rights"
#: SQLSTATE disk_full, and the classes of connection failures.
_DISK_FULL, _RETRIABLE_CLASSES = "53100", ("08", "40", "53", "57")


@contextmanager
def connect(url: str) -> Iterator[Any]:
    """Yield a connection to a database; the caller commits, and an error rolls back.

    Args:
        url: `postgresql://user:password@host:port/name`; libpq's environment variables complete it.

    Raises:
        DownloadError: the database cannot be reached now.
        InputError: the database refuses a statement.
        VolumeFullError: its disk is full.
    """
    if url.partition("://")[0] not in SCHEMES:
        raise InputError("this is no URL of Postgres", where="database", remedy=_URL_REMEDY)
    try:
        connection = psycopg2.connect(url, **_CONNECT)
    except psycopg2.Error as error:
        raise _translate(error, url) from error
    try:
        yield connection
    except psycopg2.Error as error:
        raise _translate(error, url) from error
    finally:
        connection.close()


def _translate(error: psycopg2.Error, url: str) -> MancheteError:
    message = (str(error).strip().splitlines() or [type(error).__name__])[0]
    where = describe(url)
    code = error.pgcode or ""
    if code == _DISK_FULL:
        return VolumeFullError(f"the disk is full ({message})", where=where, remedy="free space there")
    if not code or code.startswith(_RETRIABLE_CLASSES):
        what = f"the database cannot be used now ({message})"
        return DownloadError(what, where=where, remedy=_CONNECTION_REMEDY)
    return InputError(f"the database refuses a statement ({message})", where=where, remedy=_RIGHTS_REMEDY)


def describe(url: str) -> str:
    """Return host and name of a database for messages."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "database"
    return f"{parts.hostname or 'localhost'}{parts.path}"
