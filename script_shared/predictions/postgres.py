"""The log of predictions in Postgres, in the event log's database."""

from __future__ import annotations

from script_shared.impressions.postgres import PostgresTables
from script_shared.predictions.sql import SqlPredictions, create_tables


class PostgresPredictions(PostgresTables, SqlPredictions):
    """Predictions in a table of a database, which the first use creates.

    Args:
        url: `postgresql://user:password@host:port/name`; the user must own the database.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url, create_tables)
