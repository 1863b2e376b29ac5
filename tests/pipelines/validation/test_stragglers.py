from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from pipelines.formats.timestamps import TIMESTAMP
from pipelines.validation.stragglers import find_end
from script_shared.clock import MS_PER_HOUR

DAY_MS = 24 * MS_PER_HOUR
START = datetime(2024, 5, 1, tzinfo=UTC)


def find_last_day(*counts):
    """Return the number of days until the end of data with so many rows on each day."""
    times = [START + timedelta(days=day, hours=7) for day, count in enumerate(counts) for _ in range(count)]
    end = find_end(pl.Series(times, dtype=TIMESTAMP), DAY_MS)
    return (end - START.timestamp() * 1_000) / DAY_MS


@pytest.mark.parametrize(
    ("counts", "days"),
    [
        ((40, 40, 40), 3),
        ((40, 40, 2), 3),
        ((40, 40, 1), 2),
        ((100, 100, 4), 2),
        ((100, 100, 5), 3),
        ((40, 40, 0, 0, 1), 2),
        ((1, 1, 1), 3),
        ((1,), 1),
        ((5, 0, 5), 3),
    ],
)
def test_data_ends_with_the_newest_day_that_has_enough_rows(counts, days):
    assert find_last_day(*counts) == days
