"""The published figures of the WebMedia data, and how large a share of them a scale asks for."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]

USERS, READS, ITEMS, VALIDATION_USERS = 577_942, 8_123_951, 255_603, 112_184
NON_LOGGED, VALIDATION_NON_LOGGED = 0.794, 0.582
DUPLICATE_TITLES = 738 / 255_603
LONGEST_HISTORY = 7_004

END = datetime(2022, 8, 15, 3, 0, tzinfo=UTC)
FULL_WINDOW = timedelta(days=45)
VALIDATION_WINDOW = timedelta(hours=12)
FIRST_ISSUE = datetime(2014, 7, 31, 12, 0, tzinfo=UTC)
MEDIAN_ISSUE = datetime(2021, 8, 21, 12, 0, tzinfo=UTC)
LAST_EDIT = datetime(2023, 6, 30, 12, 0, tzinfo=UTC)


def stream(seed: int, name: str) -> np.random.Generator:
    """Gives each part of the generator its own draws, so that changing one part leaves the others."""
    return np.random.default_rng([seed, *name.encode()])


def millis(moment: datetime) -> int:
    """Milliseconds since 1970, exactly."""
    return round(moment.timestamp()) * 1000


@dataclass(frozen=True)
class Curve:
    """A distribution known by its quantiles, straight between them on a logarithmic scale."""

    quantiles: tuple[tuple[float, float], ...]

    def spread(self, n: int, rng: np.random.Generator) -> Floats:
        """Draws one value from each of ``n`` equal slices, shuffled: the figures hold at any ``n``."""
        shares, values = zip(*self.quantiles, strict=True)
        slices = (rng.permutation(n) + 1) / n
        return np.expm1(np.interp(slices, shares, np.log1p(values)))


# fmt: off
HISTORY = Curve(((0, .6), (.36, 1.2), (.46, 1.5), (.55, 2.4), (.65, 3.6), (.75, 6.2), (.85, 18), (.9, 34),
                 (.95, 70), (.99, 176), (.999, 400), (.99999, 1_500), (1, LONGEST_HISTORY)))
CLICKS = Curve(((0, 0), (.4, .3), (.5, 1), (.75, 14), (.9, 28), (.97, 55), (.995, 122),
                (.9999, 800), (1, 2_000)))
TIME = Curve(((0, 5_000), (.25, 29_870), (.5, 60_000), (.75, 114_582), (.95, 420_000), (.99, 1_200_000),
              (1, 3_590_000)))
SCROLL = Curve(((0, 0), (.02, 3), (.25, 24), (.5, 43.2), (.75, 67), (.9, 88), (1, 100)))
VISITS = Curve(((0, 1), (.92, 1.4), (.97, 2.2), (.995, 4), (.9995, 12), (.99999, 90), (1, 654)))
# fmt: on


@dataclass(frozen=True)
class Size:
    """How much of everything a scale asks for.

    The window of reads shrinks with the cube root of the scale and always ends at ``END``: a hundredth of
    the articles over all 45 days would be one every two hours, and "the last hour" would mean nothing.
    """

    scale: float
    users: int
    reads: int
    items: int
    validation_users: int
    start: int
    end: int

    @classmethod
    def of(cls, scale: float) -> "Size":
        """The counts and the window of a scale."""
        days = min(FULL_WINDOW.days, max(7, round(FULL_WINDOW.days * math.cbrt(scale))))
        users = max(40, round(USERS * scale))
        return cls(
            scale=scale,
            users=users,
            reads=max(4 * users, round(READS * scale)),
            items=max(100, round(ITEMS * scale)),
            validation_users=max(8, round(VALIDATION_USERS * scale)),
            start=millis(END - timedelta(days=days)),
            end=millis(END),
        )

    @property
    def horizon(self) -> int:
        """The end of the validation reads."""
        return self.end + round(VALIDATION_WINDOW.total_seconds()) * 1000

    def head(self, full: int, least: int) -> int:
        """How many of ``full`` kinds (regions) are kept, so that each keeps articles enough."""
        return min(full, max(least, round(full * math.cbrt(self.scale))))


def check(scale: float, seed: int) -> None:
    """Refuses what cannot be generated."""
    if not _is_number(scale) or not 0 < scale <= 10:
        raise ValueError(f"scale must be above 0 and at most 10 (1.0 is the published size), not {scale!r}")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be a whole number of 0 or more, not {seed!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
