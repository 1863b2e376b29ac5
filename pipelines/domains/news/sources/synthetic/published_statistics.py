"""Published statistics of the WebMedia data, and the size of a data set at a given scale."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

USERS, READS, ITEMS, VALIDATION_USERS = 577_942, 8_123_951, 255_603, 112_184
NON_LOGGED_SHARE, VALIDATION_NON_LOGGED_SHARE = 0.794, 0.582
DUPLICATE_TITLE_SHARE = 738 / 255_603
MAX_HISTORY_SIZE = 7_004

END = datetime(2022, 8, 15, 3, 0, tzinfo=UTC)
FULL_PERIOD = timedelta(days=45)
VALIDATION_PERIOD = timedelta(hours=12)
FIRST_PUBLISHED = datetime(2014, 7, 31, 12, 0, tzinfo=UTC)
MEDIAN_PUBLISHED = datetime(2021, 8, 21, 12, 0, tzinfo=UTC)
LAST_MODIFIED = datetime(2023, 6, 30, 12, 0, tzinfo=UTC)


def make_rng(seed: int, name: str) -> np.random.Generator:
    """Return the random generator of one part of the data, so that the parts do not affect each other."""
    return np.random.default_rng([seed, *name.encode()])


def to_ms(time: datetime) -> int:
    """Return milliseconds since 1970 of a time in whole seconds."""
    return round(time.timestamp()) * 1000


@dataclass(frozen=True)
class QuantileDistribution:
    """A distribution that is given by quantiles and interpolated between them on a logarithmic scale.

    Attributes:
        quantiles: pairs of a share and the value below which it lies.
    """

    quantiles: tuple[tuple[float, float], ...]

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """Draw a stratified sample in random order: it has the given quantiles at any `n`."""
        shares, values = zip(*self.quantiles, strict=True)
        strata = (rng.permutation(n) + 1) / n
        return np.expm1(np.interp(strata, shares, np.log1p(values)))


# fmt: off
HISTORY_SIZE = QuantileDistribution(
    ((0, .6), (.36, 1.2), (.46, 1.5), (.55, 2.4), (.65, 3.6), (.75, 6.2), (.85, 18), (.9, 34),
     (.95, 70), (.99, 176), (.999, 400), (.99999, 1_500), (1, MAX_HISTORY_SIZE)))
CLICKS = QuantileDistribution(
    ((0, 0), (.4, .3), (.5, 1), (.75, 14), (.9, 28), (.97, 55), (.995, 122), (.9999, 800), (1, 2_000)))
TIME_ON_PAGE = QuantileDistribution(  # milliseconds
    ((0, 5_000), (.25, 29_870), (.5, 60_000), (.75, 114_582), (.95, 420_000), (.99, 1_200_000),
     (1, 3_590_000)))
SCROLL = QuantileDistribution(  # percent
    ((0, 0), (.02, 3), (.25, 24), (.5, 43.2), (.75, 67), (.9, 88), (1, 100)))
VISITS = QuantileDistribution(
    ((0, 1), (.92, 1.4), (.97, 2.2), (.995, 4), (.9995, 12), (.99999, 90), (1, 654)))
# fmt: on


@dataclass(frozen=True)
class DatasetSize:
    """The size of a data set at a scale.

    The period shrinks with the cube root of the scale and always ends at END. A hundredth of the articles
    over all 45 days would be one every two hours: too few for popularity in the last hour.

    Attributes:
        scale: share of the published size.
        users: number of readers.
        reads: number of reads.
        items: number of articles.
        validation_users: number of readers in the validation set.
        start_ms: start of the period of reads, ms UTC.
        end_ms: end of the period of reads, ms UTC.
    """

    scale: float
    users: int
    reads: int
    items: int
    validation_users: int
    start_ms: int
    end_ms: int

    @classmethod
    def of(cls, scale: float) -> "DatasetSize":
        """Return the size at a scale."""
        days = min(FULL_PERIOD.days, max(7, round(FULL_PERIOD.days * math.cbrt(scale))))
        users = max(40, round(USERS * scale))
        return cls(
            scale=scale,
            users=users,
            reads=max(4 * users, round(READS * scale)),
            items=max(100, round(ITEMS * scale)),
            validation_users=max(8, round(VALIDATION_USERS * scale)),
            start_ms=to_ms(END - timedelta(days=days)),
            end_ms=to_ms(END),
        )

    @property
    def validation_end_ms(self) -> int:
        """The end of the period of validation reads, ms UTC."""
        return self.end_ms + round(VALIDATION_PERIOD.total_seconds()) * 1000

    def scale_regions(self, regions: int) -> int:
        """Return how many of all regions to keep, so that each has enough articles; at least 4."""
        return min(regions, max(4, round(regions * math.cbrt(self.scale))))


def check_arguments(scale: float, seed: int) -> None:
    """Check the arguments of `generate`.

    Raises:
        ValueError: the scale or the seed is out of range.
    """
    is_number = isinstance(scale, int | float) and not isinstance(scale, bool)
    if not is_number or not 0 < scale <= 10:
        raise ValueError(f"scale must be above 0 and at most 10 (1.0 is the published size), not {scale!r}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be a whole number of 0 or more, not {seed!r}")
