"""From an address to an event log."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from script_shared.errors import SettingsError
from script_shared.events.log import EventLog
from script_shared.events.sqlite import SqliteLog

FILE = "log.sqlite3"

_REMEDY = "use sqlite:///path/of/file or postgresql://user:password@host:port/name"
_POSTGRES = ("postgresql", "postgres")


def open_log(address: str, folder: Path) -> EventLog:
    """Return the log at an address; nothing is connected to or written before it is used.

    Args:
        address: `sqlite:///path/of/file` or `postgresql://user:password@host:port/name`; empty for a
            SQLite file in `folder`.
        folder: the volume's folder of events.

    Raises:
        SettingsError: the address is of another kind.
    """
    file = file_of(address, folder)
    if file is not None:
        return SqliteLog(file)
    # A service on SQLite does without the driver.
    from script_shared.events.postgres import PostgresLog

    return PostgresLog(address)


def file_of(address: str, folder: Path) -> Path | None:
    """Return the SQLite file that an address names; None where it names a Postgres.

    Raises:
        SettingsError: the address is of another kind.
    """
    if not address:
        return folder / FILE
    try:
        parts = urlsplit(address)
    except ValueError as error:
        # Without the address: it holds a password.
        raise SettingsError("this is no address", where="EVENTS_URL", remedy=_REMEDY) from error
    if parts.scheme == "sqlite" and len(parts.path) > 1:
        return Path(unquote(parts.path))
    if parts.scheme in _POSTGRES:
        return None
    raise SettingsError(
        f"there is no event log of the kind {parts.scheme!r}",
        where="EVENTS_URL",
        remedy=_REMEDY,
    )
