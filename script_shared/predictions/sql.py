"""The log of predictions in SQL that both SQLite and Postgres accept."""

from __future__ import annotations

from collections.abc import Sequence

from script_shared.impressions.erasure import Erasure
from script_shared.impressions.sql import Cursor, SqlTables, insert_rows
from script_shared.predictions.log import PredictionLog
from script_shared.predictions.prediction import Prediction, from_row, to_row

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS inference_log (
        prediction_id text PRIMARY KEY, pseudonym text, time_ms bigint NOT NULL, classifier text NOT NULL,
        mode text NOT NULL, threshold double precision, release text NOT NULL,
        score double precision NOT NULL, decision integer NOT NULL, payload text NOT NULL,
        written_ms bigint NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS inference_log_by_pseudonym ON inference_log (pseudonym)",
    "CREATE INDEX IF NOT EXISTS inference_log_by_time ON inference_log (time_ms)",
    "CREATE INDEX IF NOT EXISTS inference_log_by_age ON inference_log (written_ms)",
)
_READ = """SELECT prediction_id, pseudonym, time_ms, classifier, mode, threshold, release, score, decision,
    payload FROM inference_log WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms, prediction_id"""


def create_tables(cursor: Cursor) -> None:
    """Create missing tables."""
    for statement in _SCHEMA:
        cursor.execute(statement)


class SqlPredictions(SqlTables, PredictionLog):
    """Predictions in a table; subclasses implement transactions."""

    def write(self, predictions: Sequence[Prediction], written_ms: int) -> None:
        """Add predictions; see `PredictionLog.write`."""
        with self.transaction() as cursor:
            rows = [(*to_row(prediction), written_ms) for prediction in predictions]
            insert_rows(cursor, "inference_log", rows)

    def read(self, start_ms: int, end_ms: int) -> Sequence[Prediction]:
        """Return the predictions of a period; see `PredictionLog.read`."""
        return [from_row(row) for row in self.select(_READ, start_ms, end_ms)]

    def forget(self, erasure: Erasure) -> int:
        """Remove a user; see `PredictionLog.forget`."""
        count = 0
        with self.transaction() as cursor:
            for pseudonym in erasure.pseudonyms:
                cursor.execute("DELETE FROM inference_log WHERE pseudonym = ?", (pseudonym,))
                count += cursor.rowcount
        return count

    def prune(self, before_ms: int) -> int:
        """Remove old predictions; see `PredictionLog.prune`."""
        with self.transaction() as cursor:
            cursor.execute("DELETE FROM inference_log WHERE written_ms < ?", (before_ms,))
            return cursor.rowcount
