"""Opens the event log at a URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from script_shared.errors import SettingsError
from script_shared.events.log import EventLog
from script_shared.events.sqlite import SqliteLog
from script_shared.settings import DEFAULT_DOMAIN, Settings

FILE = "log.sqlite3"

#: Parameter of a Postgres URL: the schema of the tables, which the first use creates.
SCHEMA = "schema"

_REMEDY = "use sqlite:///path/of/file or postgresql://user:password@host:port/name"
_POSTGRES = ("postgresql", "postgres")


def find_log_url(settings: Settings, domain: str = "") -> str:
    """Return the URL of a domain's event log, which no other domain shares.

    The default domain's log is at `EVENTS_URL` itself. That of another domain is in the same database, in the
    schema of the domain's name (`?schema=` in the URL), or in a SQLite file beside, such as
    `log.<domain>.sqlite3`.

    Args:
        settings: contain `EVENTS_URL`.
        domain: name of the domain; that of the settings if empty.

    Raises:
        SettingsError: the URL is malformed or of another kind.
    """
    url, domain = settings.events_url.get_secret_value(), domain or settings.domain
    if not url or domain == DEFAULT_DOMAIN:
        return url
    file = find_sqlite_file(url, Path())
    if file is not None:
        return f"sqlite://{quote(str(file.with_name(f'{file.stem}.{domain}{file.suffix}')))}"
    parts = urlsplit(url)
    parameters = parse_qsl(parts.query)
    if any(name == SCHEMA for name, _ in parameters):
        return url
    return urlunsplit(parts._replace(query=urlencode([*parameters, (SCHEMA, domain)])))


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
