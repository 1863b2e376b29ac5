"""Frames of a monitored domain become samples; the monitored day."""

import math

import numpy as np
import polars as pl
import pytest

from pipelines.plans.monitoring import Monitoring, find_previous_day
from script_shared.clock import MS_PER_HOUR, FixedClock

MONITORING = Monitoring(lambda volume, run: None, lambda window: None, texts=("profile",))
DAY_MS = 24 * MS_PER_HOUR


def test_columns_become_features_and_texts():
    frame = pl.DataFrame(
        {
            "time_ms": [1, 2],
            "outcome": [True, None],
            "score": [0.25, None],
            "is_remote": [True, None],
            "years": pl.Series([3, None], dtype=pl.UInt16),
            "profile": ["java", None],
        }
    )
    sample = MONITORING.sample(frame)
    assert sample.rows == 2
    assert sample.texts == {"profile": ["java", None]}
    assert {name: values[0] for name, values in sample.features.items()} == {
        "score": 0.25,
        "is_remote": 1.0,
        "years": 3.0,
    }
    assert all(math.isnan(values[1]) and values.dtype == np.float64 for values in sample.features.values())


def test_an_empty_frame_is_an_empty_sample():
    frame = pl.DataFrame(schema={"time_ms": pl.Int64, "score": pl.Float64, "profile": pl.String})
    assert MONITORING.sample(frame).rows == 0


@pytest.mark.parametrize(
    ("now_ms", "day"),
    [(0, "1969-12-31"), (DAY_MS - 1, "1969-12-31"), (DAY_MS, "1970-01-01"), (20_786 * DAY_MS, "2026-11-28")],
)
def test_previous_day_is_that_of_utc(now_ms, day):
    assert find_previous_day(FixedClock(now_ms)) == day
