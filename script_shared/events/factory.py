"""Opens the event log at a URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from script_shared.errors import SettingsError
from script_shared.events.log import EventLog
from script_shared.events.sqlite import SqliteLog

FILE = "log.sqlite3"

_REMEDY = "use sqlite:///path/of/file or postgresql://user:password@host:port/name"
_POSTGRES = ("postgresql", "postgres")


def open_log(url: str, folder: Path) -> EventLog:
    """Open the event log at a URL; connects and creates tables at the first use.

    Args:
        url: `sqlite:///path/of/file` or `postgresql://user:password@host:port/name`; empty for a SQLite file
            in `folder`.
        folder: the volume's folder of events.

    Raises:
        SettingsError: the URL is malformed or of another kind.
    """
    file = find_sqlite_file(url, folder)
    if file is not None:
        return SqliteLog(file)
    # A service on SQLite runs without the Postgres driver.
    from script_shared.events.postgres import PostgresLog

    return PostgresLog(url)


def find_sqlite_file(url: str, folder: Path) -> Path | None:
    """Return the path of the SQLite file at a URL; None where the URL is one of Postgres.

    Raises:
        SettingsError: the URL is malformed or of another kind.
    """
    if not url:
        return folder / FILE
    try:
        parts = urlsplit(url)
    except ValueError as error:
        # Without the URL: it contains a password.
        raise SettingsError("the URL is malformed", where="EVENTS_URL", remedy=_REMEDY) from error
    if parts.scheme == "sqlite" and len(parts.path) > 1:
        return Path(unquote(parts.path))
    if parts.scheme in _POSTGRES:
        return None
    what = f"there is no event log of the kind {parts.scheme!r}"
    raise SettingsError(what, where="EVENTS_URL", remedy=_REMEDY)
