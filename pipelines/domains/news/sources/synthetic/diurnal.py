"""The diurnal and weekly profile of publishing and reading news in Brazil."""

import numpy as np

from pipelines.domains.news.sources.synthetic.published_statistics import DatasetSize, Floats, Ints

SLOT_MS = 1_800_000  # half an hour
UTC_OFFSET_MS = -3 * 3_600_000  # Brasília is at UTC-3 all year

# fmt: off
READS_BY_HOUR = (3.0, 1.6, .9, .6, .6, 1.2, 2.8, 4.6, 5.6, 6.0, 6.2, 6.6,
                 7.2, 6.8, 6.0, 5.6, 5.6, 5.8, 6.4, 7.0, 7.4, 7.2, 6.2, 4.6)
ARTICLES_BY_HOUR = (.8, .3, .2, .2, .5, 1.5, 3.5, 5.0, 6.0, 7.0, 7.5, 7.5,
                    6.5, 6.0, 6.5, 7.0, 7.5, 7.5, 7.0, 6.5, 5.5, 4.0, 3.0, 1.8)
# fmt: on
WEEKDAY_FACTORS = (1.05, 1.03, 1.02, 1.0, 1.0, 0.9, 0.95)  # from Monday


def count_slots(size: DatasetSize) -> int:
    """Return the number of half-hour slots from the first read to the end of the validation set."""
    return -(-(size.validation_end_ms - size.start_ms) // SLOT_MS)


def compute_intensity(by_hour: tuple[float, ...], start_ms: int, slots: int) -> Floats:
    """Return the intensity of each half-hour slot from `start_ms` on, by local hour and weekday."""
    local = start_ms + np.arange(slots, dtype=np.int64) * SLOT_MS + UTC_OFFSET_MS
    hour = local // 3_600_000 % 24
    weekday = (local // 86_400_000 + 3) % 7  # 1 January 1970 was a Thursday
    return np.asarray(by_hour)[hour] * np.asarray(WEEKDAY_FACTORS)[weekday]


def sample_times(intensity: Floats, start_ms: int, n: int, rng: np.random.Generator) -> Ints:
    """Draw `n` times, ms UTC, in proportion to the intensity of the slots from `start_ms` on."""
    cumulative = np.cumsum(intensity)
    slot = np.searchsorted(cumulative, rng.random(n) * cumulative[-1], side="right")
    return start_ms + np.minimum(slot, intensity.size - 1) * SLOT_MS + rng.integers(0, SLOT_MS, n)
