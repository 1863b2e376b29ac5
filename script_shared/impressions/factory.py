"""Opens the inference log that belongs to an event log."""

from __future__ import annotations

from pathlib import Path

from script_shared.events.factory import find_sqlite_file
from script_shared.impressions.log import ImpressionLog
from script_shared.impressions.sqlite import SqliteImpressions


def open_impressions(url: str, folder: Path) -> ImpressionLog:
    """Open the inference log that belongs to an event log; connects and creates tables at the first use.

    Args:
        url: of the event log, as `open_log` takes it.
        folder: the volume's folder of events.

    Raises:
        SettingsError: the URL is malformed or of another kind.
    """
    file = find_sqlite_file(url, folder)
    if file is not None:
        return SqliteImpressions(file.with_name(f"{file.stem}.impressions{file.suffix}"))
    # A service on SQLite runs without the Postgres driver.
    from script_shared.impressions.postgres import PostgresImpressions

    return PostgresImpressions(url)
