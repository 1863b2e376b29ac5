"""How a domain is monitored: frames of its champion's training data, and of what arrives and is predicted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import polars as pl

from script_shared.clock import Clock
from script_shared.drift.sample import Sample
from script_shared.impressions.pseudonyms import Pseudonyms
from script_shared.storage.volume import Volume

#: Columns of a frame that are no features.
TIME, OUTCOME = "time_ms", "outcome"
#: Of a service that logs no user.
NO_PSEUDONYMS = Pseudonyms(())


class LogWindow(NamedTuple):
    """A period of the service's logs.

    Attributes:
        volume: contains the archive of events, and the logs if `events_url` is empty.
        events_url: URL of the event log, as the service uses it.
        from_ms, to_ms: the period, ms UTC; its end is not included.
        pseudonyms: makes the pseudonyms under which the service logs users; without a key no outcome can be
            joined.
    """

    volume: Volume
    events_url: str
    from_ms: int
    to_ms: int
    pseudonyms: Pseudonyms = NO_PSEUDONYMS


@dataclass(frozen=True, slots=True)
class MonitoredInput:
    """What arrives at the service beside the requests for predictions, such as new items.

    Attributes:
        reference: returns a frame of a run's own data, as `Monitoring.reference` does.
        arrivals: returns what arrived in a period, with the same columns; a row is an independent case.
        texts: names of the columns that are texts; other columns of strings are categories.
        days: what arrived in so many days is compared, where too little arrives in one.
    """

    reference: Callable[[Volume, str], pl.DataFrame]
    arrivals: Callable[[LogWindow], pl.DataFrame]
    texts: Sequence[str] = ()
    days: int = 1

    def sample(self, frame: pl.DataFrame) -> Sample:
        """Return the features, texts and categories of a frame."""
        return to_sample(frame, self.texts)


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How a domain's predictions are compared with the data that its champion was trained on.

    Both frames have the same features: numeric or Boolean columns, null where missing, among them `score`,
    the predicted probability; columns of strings are categories, or texts if they are named as such. A frame
    of predictions also has `time_ms`, ms UTC. Both may have `outcome`, Boolean, null as long as it is
    unknown. A row should be an independent case: of one that is predicted again and again, the domain keeps
    one row.

    Attributes:
        reference: returns a frame of a run's own data; `publish` calls it with the volume and the run's id.
        predictions: returns the logged predictions of a period, one a row.
        texts: names of the columns that are texts.
        outcome_days: the quality is measured on predictions of so many days.
        inputs: what else is compared with the training data, by name.
    """

    reference: Callable[[Volume, str], pl.DataFrame]
    predictions: Callable[[LogWindow], pl.DataFrame]
    texts: Sequence[str] = ()
    outcome_days: int = 30
    inputs: Mapping[str, MonitoredInput] = field(default_factory=dict)

    def sample(self, frame: pl.DataFrame) -> Sample:
        """Return the features, texts and categories of a frame."""
        return to_sample(frame, self.texts)


def to_sample(frame: pl.DataFrame, texts: Sequence[str]) -> Sample:
    """Return the features, texts and categories of a frame; time and outcome are none of them."""
    columns = frame.drop(TIME, OUTCOME, strict=False)
    strings = [name for name, dtype in columns.schema.items() if dtype == pl.String and name not in texts]
    numbers = [name for name in columns.columns if name not in {*strings, *texts}]
    return Sample(
        frame.height,
        {name: to_floats(frame[name]) for name in numbers},
        {name: frame[name].to_list() for name in texts},
        {name: frame[name].to_list() for name in strings},
    )


def find_previous_day(clock: Clock) -> str:
    """Return the UTC day before that of a clock, such as 2026-11-28."""
    return f"{datetime.fromtimestamp(clock.now_ms() / 1_000, UTC) - timedelta(days=1):%Y-%m-%d}"


def to_floats(column: pl.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a numeric or Boolean column with NaN for null."""
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
