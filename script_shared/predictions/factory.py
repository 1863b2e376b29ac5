"""Opens the log of predictions that belongs to an event log."""

from __future__ import annotations

from pathlib import Path

from script_shared.events.factory import find_sqlite_file
from script_shared.predictions.log import PredictionLog
from script_shared.predictions.sqlite import SqlitePredictions


def open_predictions(url: str, folder: Path) -> PredictionLog:
    """Open the log of predictions that belongs to an event log; connects at the first use.

    Args:
        url: of the event log, as `open_log` takes it.
        folder: the volume's folder of events.

    Raises:
        SettingsError: the URL is malformed or of another kind.
    """
    file = find_sqlite_file(url, folder)
    if file is not None:
        return SqlitePredictions(file.with_name(f"{file.stem}.predictions{file.suffix}"))
    # A service on SQLite runs without the Postgres driver.
    from script_shared.predictions.postgres import PostgresPredictions

    return PostgresPredictions(url)
