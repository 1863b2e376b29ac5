"""How a domain is monitored: frames of what its champion was trained on, and of what it predicts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from script_shared.clock import Clock
from script_shared.drift.sample import Sample
from script_shared.storage.volume import Volume

#: Columns of a frame that are no features.
TIME, OUTCOME = "time_ms", "outcome"


class LogWindow(NamedTuple):
    """A period of the service's logs.

    Attributes:
        volume: contains the archive of events, and the logs if `events_url` is empty.
        events_url: URL of the event log, as the service uses it.
        from_ms, to_ms: the period, ms UTC; its end is not included.
    """

    volume: Volume
    events_url: str
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How a domain's predictions are compared with the data that its champion was trained on.

    Both frames have the same features: numeric or Boolean columns, null where missing, among them `score`,
    the predicted probability. A frame of predictions also has `time_ms`, ms UTC, and may have `outcome`,
    Boolean, null as long as it is unknown. A row should be an independent case: of one that is predicted
    again and again, the domain keeps one row.

    Attributes:
        reference: returns a frame of a run's own data; `publish` calls it with the volume and the run's id.
        predictions: returns the logged predictions of a period, one a row.
        texts: names of the columns that are texts.
        outcome_days: the quality is measured on predictions of so many days.
    """

    reference: Callable[[Volume, str], pl.DataFrame]
    predictions: Callable[[LogWindow], pl.DataFrame]
    texts: Sequence[str] = ()
    outcome_days: int = 30

    def sample(self, frame: pl.DataFrame) -> Sample:
        """Return the features and texts of a frame."""
        texts = {name: frame[name].to_list() for name in self.texts}
        names = [name for name in frame.columns if name not in {TIME, OUTCOME, *self.texts}]
        features = {name: to_floats(frame[name]) for name in names}
        return Sample(frame.height, features, texts)


def find_previous_day(clock: Clock) -> str:
    """Return the UTC day before that of a clock, such as 2026-11-28."""
    return f"{datetime.fromtimestamp(clock.now_ms() / 1_000, UTC) - timedelta(days=1):%Y-%m-%d}"


def to_floats(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a numeric or Boolean column with NaN for null."""
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
