"""The log of predictions in a SQLite file next to the event log's."""

from __future__ import annotations

from pathlib import Path

from script_shared.impressions.erasure import Erasure
from script_shared.impressions.sqlite import SqliteTables
from script_shared.predictions.sql import SqlPredictions, create_tables


class SqlitePredictions(SqliteTables, SqlPredictions):
    """Predictions in a file, which the first use creates.

    Args:
        path: the file; SQLite creates two more next to it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, create_tables)

    def forget(self, erasure: Erasure) -> int:
        """Remove a user, from the write-ahead file as well; see `PredictionLog.forget`."""
        count = super().forget(erasure)
        self.truncate_write_ahead()
        return count
