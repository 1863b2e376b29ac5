"""From the event log's address to the inference log that lies with it."""

from __future__ import annotations

from pathlib import Path

from script_shared.events.factory import file_of
from script_shared.impressions.log import ImpressionLog
from script_shared.impressions.sqlite import SqliteImpressions


def open_impressions(address: str, folder: Path) -> ImpressionLog:
    """Return the inference log that lies with an event log; nothing is made before it is used.

    Args:
        address: the event log's, as `open_log` takes it.
        folder: the volume's folder of events.

    Raises:
        SettingsError: the address is of another kind.
    """
    file = file_of(address, folder)
    if file is not None:
        return SqliteImpressions(file.with_name(f"{file.stem}.impressions{file.suffix}"))
    # A service on SQLite does without the driver.
    from script_shared.impressions.postgres import PostgresImpressions

    return PostgresImpressions(address)
