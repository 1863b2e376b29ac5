"""Published statistics of the staffing firm's data, the size of a generated data set, and random numbers."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Rng = np.random.Generator

OPENINGS, APPLICATIONS, APPLICANTS, ACTIVE_APPLICANTS = 14_000, 54_000, 42_000, 30_000
CLIENTS, RECRUITERS, ANALYSTS = 112, 77, 63
#: The export stops at so many applications an opening.
MAX_APPLICATIONS = 25
MAX_SCALE = 50

EPOCH = date(2018, 12, 3)  # day 0: the first request
LAST_DAY = (date(2025, 3, 3) - EPOCH).days
END_DAY = LAST_DAY + 1


@dataclass(frozen=True)
class Year:
    """A calendar year.

    Attributes:
        openings: relative number of requests.
        size_shift: how far its openings come up in the order of the numbers of applications.
        applications: relative number of applications.
        hire_share: applications with a hire, or one step before it.
        prospect_share: applications that are still `Prospect`.
    """

    openings: int
    size_shift: float
    applications: int
    hire_share: float
    prospect_share: float


YEARS = {
    2018: Year(85, -0.51, 142, 0.134, 0.01),
    2019: Year(1_822, -0.46, 3_999, 0.138, 0.09),
    2020: Year(1_961, -0.16, 6_099, 0.088, 0.13),
    2021: Year(4_011, 0.0, 14_938, 0.047, 0.34),
    2022: Year(2_870, 0.09, 12_676, 0.036, 0.51),
    2023: Year(1_261, 0.41, 7_529, 0.030, 0.54),
    2024: Year(1_863, 0.01, 7_416, 0.064, 0.40),
    2025: Year(208, -0.22, 960, 0.026, 0.37),
}


@dataclass(frozen=True)
class QuantileDistribution:
    """A distribution that is given by quantiles and interpolated between them on a logarithmic scale.

    Attributes:
        quantiles: pairs of a share and the value at it.
    """

    quantiles: tuple[tuple[float, float], ...]

    def at(self, shares: Floats) -> Floats:
        """Return the values at shares from 0 to 1."""
        known, values = zip(*self.quantiles, strict=True)
        return np.expm1(np.interp(shares, known, np.log1p(values)))

    def sample(self, n: int, rng: Rng) -> Floats:
        """Draw a stratified sample in random order: it has the given quantiles at any `n`."""
        return self.at((rng.permutation(n) + 0.5) / max(n, 1))


# fmt: off
#: Applications of an opening that has any; those with 25 have more, which the export leaves out.
OPENING_SIZE = QuantileDistribution(
    ((0, .6), (.262, 1.5), (.426, 2.5), (.568, 3.5), (.662, 4.5), (.735, 5.5), (.787, 6.5), (.852, 8.5),
     (.9, 10.6), (.946, 15.4), (.9767, 24.4), (.9768, 25), (1, 25)))
EMPTY_OPENING_SHARE = 0.207
#: The true number where the export stops.
CUT_OPENING_SIZE = QuantileDistribution(((0, 25), (.04, 26), (.5, 34), (.9, 62), (1, 140)))
#: Applications of an applicant who has any.
APPLICANT_SIZE = QuantileDistribution(
    ((0, 1), (.68, 1.5), (.85, 2.5), (.922, 3.5), (.95, 4.5), (.974, 6.5), (.99, 11.7), (.999, 25), (1, 73)))
#: Days from the request to the first application, and from that to the others.
FIRST_APPLICATION_LAG = QuantileDistribution(
    ((0, 0), (.12, .5), (.35, 1.5), (.5, 2.2), (.75, 6), (.9, 14), (.99, 68), (1, 150)))
LATER_APPLICATION_LAG = QuantileDistribution(
    ((0, 0), (.35, .5), (.55, 2.5), (.7, 9), (.88, 30), (.985, 98), (1, 250)))
CV_LENGTH = QuantileDistribution(
    ((0, 250), (.1, 700), (.25, 1_436), (.5, 2_700), (.75, 4_412), (.9, 6_800), (.99, 13_600), (1, 26_000)))
# fmt: on


def make_rng(seed: int, name: str) -> Rng:
    """Return the random generator of one part of the data, so that the parts do not affect each other."""
    return np.random.default_rng([seed, *name.encode()])


def sample_categories(weights: Floats, n: int, rng: Rng) -> Ints:
    """Draw `n` positions in proportion to the weights."""
    cumulative = np.cumsum(weights)
    return np.searchsorted(cumulative, rng.random(n) * cumulative[-1], side="right")


def sample_by_row(weights: Floats, rows: Ints, rng: Rng) -> Ints:
    """Draw one column for each row number, in proportion to the weights in that row of the matrix."""
    cumulative = np.cumsum(weights, axis=1)
    cumulative /= cumulative[:, -1:]
    # Rows are put end to end: the search for row + uniform stays within the row.
    flat = (cumulative + np.arange(len(weights))[:, None]).ravel()
    found = np.searchsorted(flat, rows + rng.random(rows.size), side="right") - rows * weights.shape[1]
    return np.clip(found, 0, weights.shape[1] - 1)


def to_years(days: Ints) -> Ints:
    """Return the calendar year of days since EPOCH."""
    return (np.datetime64(EPOCH) + days).astype("datetime64[Y]").astype(np.int64) + 1970


@dataclass(frozen=True)
class DatasetSize:
    """Numbers of rows at a scale."""

    openings: int
    unrecorded_openings: int
    applications: int
    applicants: int
    active_applicants: int

    @classmethod
    def of(cls, scale: float) -> "DatasetSize":
        """Return the numbers of rows, at least a few of each; a further 1 % of openings have no record."""
        openings = max(20, round(OPENINGS * scale))
        return cls(
            openings=openings,
            unrecorded_openings=math.ceil(openings / 100),
            applications=max(60, round(APPLICATIONS * scale)),
            applicants=max(50, round(APPLICANTS * scale)),
            active_applicants=max(35, round(ACTIVE_APPLICANTS * scale)),
        )


def check_arguments(scale: float, seed: int) -> None:
    """Check the arguments of a generator.

    Raises:
        ValueError: the scale or the seed is out of range.
    """
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale <= MAX_SCALE:
        message = f"scale must be above 0 and at most {MAX_SCALE}, not {scale!r}"
        raise ValueError(message)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        message = f"seed must be a whole number from 0 on, not {seed!r}"
        raise ValueError(message)
