"""Adds known noise that refining must detect; the manifest has the number of each kind.

A reader's row has at most one kind of noise besides extreme values, so that the kinds can be counted.
"""

from dataclasses import dataclass, field

import numpy as np

from pipelines.domains.news.sources.synthetic.engagement import Engagement
from pipelines.domains.news.sources.synthetic.published_statistics import (
    DatasetSize,
    Ints,
    QuantileDistribution,
    make_rng,
)
from pipelines.domains.news.sources.synthetic.sessions import Reads

TEXT_CLICKS = -1  # marks clicks that the file has as TEXT_VALUE
MISSING_TIME = -1  # marks times on the page that the file omits, so that the list is too short
TEXT_VALUE = "muitos"
INVALID_DATE = "2022-13-45 99:00:00+00:00"

READER_SHARE = 0.0007  # readers with each kind of noise
EXTREME_SHARE = 0.0001  # reads with an extreme time on the page, and with extreme clicks
ITEM_SHARE = 0.0015  # items with each kind of noise
OVERSCROLLED_SHARE = 0.002  # reads with a scroll depth over 100 %
EXTREME_CLICKS, MAX_CLICKS = 5_000, 14_562
EXTREME_TIME_MS, MAX_TIME_MS = 3_600_001, 46_033_049
MAX_SCROLL = 526_275
DAY_MS = 86_400_000


def _make_pareto(low: float, high: float, power: float) -> QuantileDistribution:
    """Return a Pareto distribution truncated at `high`."""
    shares = 1 - np.geomspace(1, 1e-6, 60)
    values = ((1 - shares) * (low**-power - high**-power) + high**-power) ** (-1 / power)
    return QuantileDistribution((*zip(shares.tolist(), values.tolist(), strict=True), (1.0, high)))


SCROLL_TAIL = _make_pareto(100.5, MAX_SCROLL, 0.6)
CLICKS_TAIL = _make_pareto(EXTREME_CLICKS, MAX_CLICKS, 1.0)
TIME_TAIL = _make_pareto(EXTREME_TIME_MS, MAX_TIME_MS, 1.0)


@dataclass
class NoisyReads:
    """Reads with noise.

    Attributes:
        reads: the reads; items from the size of the catalogue on are unknown.
        engagement: their measures.
        unknown_pages: number of unknown items.
        counts: number of readers or reads by kind of noise.
    """

    reads: Reads
    engagement: Engagement
    unknown_pages: int
    counts: dict[str, int] = field(default_factory=dict)


def add_read_noise(reads: Reads, engagement: Engagement, size: DatasetSize, seed: int) -> NoisyReads:
    """Add every kind of noise to reads; `engagement` is changed in place."""
    rng = make_rng(seed, "dirt")
    first_rows = _find_first_rows(reads)
    with_several_reads = np.flatnonzero(np.diff(first_rows) > 1)
    readers = _sample_readers(with_several_reads, size.users, rng)
    _add_extremes(engagement, rng)
    time_ms, item = reads.time_ms.copy(), reads.item.copy()
    last = first_rows[readers["future_timestamp"] + 1] - 1
    time_ms[last] = size.end_ms + rng.integers(5 * DAY_MS, 200 * DAY_MS, last.size)
    unknown = first_rows[readers["unknown_page"]]
    item[unknown] = size.items + np.arange(unknown.size)
    engagement.clicks[first_rows[readers["word_for_number"]]] = TEXT_CLICKS
    engagement.time_ms[first_rows[readers["unequal_lists"]]] = MISSING_TIME
    in_seconds = np.isin(reads.user, readers["seconds_timestamp"])
    time_ms[in_seconds] //= 1000
    rows = np.sort(np.concatenate([np.arange(len(reads)), first_rows[readers["duplicate_read"]]]))
    noisy = NoisyReads(Reads(reads.user, item, time_ms).take(rows), engagement.take(rows), unknown.size)
    noisy.counts = {kind: int(users.size) for kind, users in readers.items()}
    noisy.counts |= _count_extremes(noisy.engagement)
    return noisy


def _find_first_rows(reads: Reads) -> Ints:
    """Return the first row of each reader, and the number of rows."""
    users = int(reads.user[-1]) + 1
    return np.searchsorted(reads.user, np.arange(users + 1))


def _sample_readers(candidates: Ints, users: int, rng: np.random.Generator) -> dict[str, Ints]:
    """Draw different readers for each kind of noise."""
    kinds = (
        "unequal_lists",
        "word_for_number",
        "seconds_timestamp",
        "future_timestamp",
        "duplicate_read",
        "unknown_page",
    )
    n = max(1, round(users * READER_SHARE))
    readers = rng.choice(candidates, n * len(kinds), replace=False)
    return {kind: readers[number * n : (number + 1) * n] for number, kind in enumerate(kinds)}


def _add_extremes(engagement: Engagement, rng: np.random.Generator) -> None:
    """Set some scroll depths over 100 %, times over an hour and thousands of clicks."""
    reads = engagement.time_ms.size
    n = max(1, round(reads * EXTREME_SHARE))
    rows = rng.choice(reads, max(1, round(reads * OVERSCROLLED_SHARE)), replace=False)
    engagement.scroll[rows] = np.round(SCROLL_TAIL.sample(rows.size, rng), 2)
    engagement.time_ms[rng.choice(reads, n, replace=False)] = np.rint(TIME_TAIL.sample(n, rng))
    engagement.clicks[rng.choice(reads, n, replace=False)] = np.rint(CLICKS_TAIL.sample(n, rng))


def _count_extremes(engagement: Engagement) -> dict[str, int]:
    return {
        "scroll_over_100": int((engagement.scroll > 100).sum()),
        "extreme_time": int((engagement.time_ms >= EXTREME_TIME_MS).sum()),
        "extreme_clicks": int((engagement.clicks >= EXTREME_CLICKS).sum()),
    }


@dataclass(frozen=True)
class NoisyItems:
    """Items with noise.

    Attributes:
        rows: the article of each row of the item files; some articles have two rows.
        without_date: articles with INVALID_DATE.
    """

    rows: Ints
    without_date: Ints


def add_item_noise(items: int, seed: int) -> NoisyItems:
    """Repeat some items and remove the date of others; the newest items come first, as published."""
    rng = make_rng(seed, "dirty items")
    n = max(1, round(items * ITEM_SHARE))
    articles = rng.choice(items, 2 * n, replace=False)
    newest_first = np.sort(np.concatenate([np.arange(items), articles[:n]]))[::-1]
    return NoisyItems(newest_first, articles[n:])
