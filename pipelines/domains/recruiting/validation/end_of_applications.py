"""Finds the end of the data: dates of applications have no time of day, so days are counted."""

from __future__ import annotations

import polars as pl

from pipelines.validation.stragglers import STRAGGLER_SHARE, find_end
from script_shared.clock import MS_PER_HOUR

MS_PER_DAY = 24 * MS_PER_HOUR


def find_end_of_applications(timestamps: pl.Series, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest day with enough applications, ms UTC; 0 without any; see `find_end`."""
    return find_end(timestamps, MS_PER_DAY, share) if len(timestamps) else 0
