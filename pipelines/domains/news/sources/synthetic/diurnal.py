"""When news is written and read: the day of a Brazilian newsroom and of its readers."""

import numpy as np

from pipelines.domains.news.sources.synthetic.published_statistics import Floats, Ints, Size

SLOT = 1_800_000  # half an hour, in milliseconds
LOCAL = -3 * 3_600_000  # Brasília keeps UTC-3 all year

# fmt: off
READING_DAY = (3.0, 1.6, .9, .6, .6, 1.2, 2.8, 4.6, 5.6, 6.0, 6.2, 6.6,
               7.2, 6.8, 6.0, 5.6, 5.6, 5.8, 6.4, 7.0, 7.4, 7.2, 6.2, 4.6)
WRITING_DAY = (.8, .3, .2, .2, .5, 1.5, 3.5, 5.0, 6.0, 7.0, 7.5, 7.5,
               6.5, 6.0, 6.5, 7.0, 7.5, 7.5, 7.0, 6.5, 5.5, 4.0, 3.0, 1.8)
# fmt: on
WEEK = (1.05, 1.03, 1.02, 1.0, 1.0, 0.9, 0.95)  # from Monday


def slots(size: Size) -> int:
    """The number of half hours from the start to the horizon."""
    return -(-(size.horizon - size.start) // SLOT)


def profile(day: tuple[float, ...], first: int, n: int) -> Floats:
    """The intensity of ``n`` half hours from the moment ``first`` on, by local hour and weekday."""
    local = first + np.arange(n, dtype=np.int64) * SLOT + LOCAL
    hour = local // 3_600_000 % 24
    weekday = (local // 86_400_000 + 3) % 7  # 1 January 1970 was a Thursday
    intensity: Floats = np.asarray(day)[hour] * np.asarray(WEEK)[weekday]
    return intensity


def moments(intensity: Floats, first: int, n: int, rng: np.random.Generator) -> Ints:
    """``n`` moments that follow the intensity of the half hours from ``first`` on."""
    total = np.cumsum(intensity)
    slot = np.searchsorted(total, rng.random(n) * total[-1], side="right")
    moment: Ints = first + np.minimum(slot, intensity.size - 1) * SLOT + rng.integers(0, SLOT, n)
    return moment
