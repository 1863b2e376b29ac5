"""The periods of the protocols: parameters are chosen on openings before them, figures are of each apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from script_shared.models.ranking.training_samples import Period


def _day_ms(year: int, month: int) -> int:
    return int(datetime(year, month, 1, tzinfo=UTC).timestamp() * 1000)


#: Parameters may be validated on the first; the second is only reported.
PERIODS: Mapping[str, Period] = {
    "2023-07 to 2023-12": Period(_day_ms(2023, 7), _day_ms(2024, 1)),
    "2024-01 on": Period(_day_ms(2024, 1), _day_ms(2030, 1)),
}
#: Too many applications of the last days of the data are undecided.
UNDECIDED_DAYS = 60
