"""The volume and the mean score of each hour of a day."""

from __future__ import annotations

from typing import Any

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.types import FloatArray, LongArray

HOURS = 24


def measure_hours(times_ms: LongArray, scores: FloatArray, day_ms: int) -> list[dict[str, Any]]:
    """Return the number of rows and the mean score of each hour of a UTC day, as JSON values.

    Args:
        times_ms: time of each row, ms UTC, within the day.
        scores: shape (rows,), NaN where missing.
        day_ms: the start of the day, ms UTC.

    Raises:
        ValueError: a row is not of the day.
    """
    hours = (times_ms - day_ms) // MS_PER_HOUR
    if len(hours) and (hours.min() < 0 or hours.max() >= HOURS):
        raise ValueError("a row is not of the day")
    known = ~np.isnan(scores)
    rows = np.bincount(hours, minlength=HOURS)
    scored = np.bincount(hours[known], minlength=HOURS)
    sums = np.bincount(hours[known], scores[known], HOURS)
    return [
        {"hour": hour, "rows": int(rows[hour]), "mean_score": sums[hour] / n if (n := scored[hour]) else None}
        for hour in range(HOURS)
    ]
