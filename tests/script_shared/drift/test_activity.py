"""Volume and mean score by hour."""

import math

import numpy as np
import pytest

from script_shared.clock import MS_PER_HOUR
from script_shared.drift.activity import measure_hours

DAY = 20_000 * 24 * MS_PER_HOUR


def test_rows_and_scores_are_counted_by_hour():
    times = DAY + np.array([0, MS_PER_HOUR - 1, MS_PER_HOUR, 24 * MS_PER_HOUR - 1])
    hours = measure_hours(times, np.array([0.2, 0.4, math.nan, 1.0]), DAY)
    assert len(hours) == 24
    assert hours[0] == {"hour": 0, "rows": 2, "mean_score": pytest.approx(0.3)}
    assert hours[1] == {"hour": 1, "rows": 1, "mean_score": None}
    assert hours[2] == {"hour": 2, "rows": 0, "mean_score": None}
    assert hours[23] == {"hour": 23, "rows": 1, "mean_score": 1.0}


def test_a_day_may_be_empty():
    assert sum(hour["rows"] for hour in measure_hours(np.empty(0, np.int64), np.empty(0), DAY)) == 0


@pytest.mark.parametrize("offset", [-1, 24 * MS_PER_HOUR])
def test_rows_of_other_days_are_rejected(offset):
    with pytest.raises(ValueError, match="not of the day"):
        measure_hours(np.array([DAY + offset]), np.array([0.5]), DAY)
