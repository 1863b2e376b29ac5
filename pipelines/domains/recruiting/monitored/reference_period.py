"""The period of a run's data with which later days are compared."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from pipelines.stages.artifacts import load_refine_report
from script_shared.clock import MS_PER_HOUR
from script_shared.storage.volume import Volume

#: Days before the end of the data: earlier ones differ, since clients and openings change over the years.
REFERENCE_DAYS = 365
#: Days of arrivals that are compared with it: a firm of 14,000 openings in four years has eleven a day, and
#: fewer than 30 rows are not compared.
ARRIVAL_DAYS = 28


class ReferencePeriod(NamedTuple):
    """A period, ms UTC; its end is not included."""

    start_ms: int
    end_ms: int

    @classmethod
    def find(cls, volume: Volume, run: str, days: int = REFERENCE_DAYS) -> ReferencePeriod:
        """Return the last days of a run's data."""
        end_ms = load_refine_report(volume, run)["as_of_ms"]
        return cls(end_ms - days * 24 * MS_PER_HOUR, end_ms)

    def contains(self, column: str) -> pl.Expr:
        """Return whether a column of times is in the period."""
        return pl.col(column).dt.epoch("ms").is_between(self.start_ms, self.end_ms, closed="left")
