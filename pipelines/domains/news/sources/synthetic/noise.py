"""Known dirt: what refining must find, planted where the manifest says how much of it there is.

A reader carries at most one kind, so that the kinds can be counted apart in the files.
"""

from dataclasses import dataclass, field

import numpy as np

from pipelines.domains.news.sources.synthetic.engagement import Measures
from pipelines.domains.news.sources.synthetic.published_statistics import Curve, Ints, Size, stream
from pipelines.domains.news.sources.synthetic.sessions import Reads

WORD = -1  # in clicks: a word stands where the number belongs
GAP = -1  # in time: the value is missing, so that the list is shorter than the others
WORDS = "muitos"
BROKEN_DATE = "2022-13-45 99:00:00+00:00"

READERS_PER_KIND = 0.0007
READS_PER_EXTREME = 0.0001
ITEMS_PER_KIND = 0.0015
OVERSCROLLED = 0.002
EXTREME_CLICKS, MOST_CLICKS = 5_000, 14_562
EXTREME_TIME, LONGEST_TIME = 3_600_001, 46_033_049
FARTHEST_SCROLL = 526_275
DAY = 86_400_000


def _pareto(low: float, high: float, power: float) -> Curve:
    """A tail cut at ``high``; its mean brings that of the scroll up to the published one."""
    shares = 1 - np.geomspace(1, 1e-6, 60)
    values = ((1 - shares) * (low**-power - high**-power) + high**-power) ** (-1 / power)
    return Curve((*zip(shares.tolist(), values.tolist(), strict=True), (1.0, high)))


SCROLL_TAIL = _pareto(100.5, FARTHEST_SCROLL, 0.6)
CLICKS_TAIL = _pareto(EXTREME_CLICKS, MOST_CLICKS, 1.0)
TIME_TAIL = _pareto(EXTREME_TIME, LONGEST_TIME, 1.0)


@dataclass
class Soiled:
    """The reads with their dirt; pages from ``items`` on are pages no article has."""

    reads: Reads
    measures: Measures
    unknown_pages: int
    counts: dict[str, int] = field(default_factory=dict)


def soil_reads(reads: Reads, measures: Measures, size: Size, seed: int) -> Soiled:
    """Plants every kind of dirty read."""
    rng = stream(seed, "dirt")
    several, ends = _lists(reads)
    lots = _lots(several, size.users, rng)
    _overdo(measures, rng)
    at, item = reads.at.copy(), reads.item.copy()
    last = ends[lots["future_timestamp"] + 1] - 1
    at[last] = size.end + rng.integers(5 * DAY, 200 * DAY, last.size)
    strange = ends[lots["unknown_page"]]
    item[strange] = size.items + np.arange(strange.size)
    measures.clicks[ends[lots["word_for_number"]]] = WORD
    measures.time[ends[lots["unequal_lists"]]] = GAP
    in_seconds = np.isin(reads.user, lots["seconds_timestamp"])
    at[in_seconds] //= 1000
    rows = np.sort(np.concatenate([np.arange(len(reads)), ends[lots["duplicate_read"]]]))
    soiled = Soiled(Reads(reads.user, item, at).take(rows), measures.take(rows), strange.size)
    soiled.counts = {kind: int(users.size) for kind, users in lots.items()} | _extremes(soiled.measures)
    return soiled


def _lists(reads: Reads) -> tuple[Ints, Ints]:
    """The readers of two articles or more, and where each reader's rows begin."""
    users = int(reads.user[-1]) + 1
    starts = np.searchsorted(reads.user, np.arange(users + 1))
    return np.flatnonzero(np.diff(starts) > 1), starts


def _lots(several: Ints, users: int, rng: np.random.Generator) -> dict[str, Ints]:
    kinds = (
        "unequal_lists",
        "word_for_number",
        "seconds_timestamp",
        "future_timestamp",
        "duplicate_read",
        "unknown_page",
    )
    each = max(1, round(users * READERS_PER_KIND))
    chosen = rng.choice(several, each * len(kinds), replace=False)
    return {kind: chosen[lot * each : (lot + 1) * each] for lot, kind in enumerate(kinds)}


def _overdo(measures: Measures, rng: np.random.Generator) -> None:
    """Scrolls past the end of the page, hours on a page, thousands of clicks."""
    n = measures.time.size
    few = max(1, round(n * READS_PER_EXTREME))
    rows = rng.choice(n, max(1, round(n * OVERSCROLLED)), replace=False)
    measures.scroll[rows] = np.round(SCROLL_TAIL.spread(rows.size, rng), 2)
    measures.time[rng.choice(n, few, replace=False)] = np.rint(TIME_TAIL.spread(few, rng))
    measures.clicks[rng.choice(n, few, replace=False)] = np.rint(CLICKS_TAIL.spread(few, rng))


def _extremes(measures: Measures) -> dict[str, int]:
    return {
        "scroll_over_100": int((measures.scroll > 100).sum()),
        "extreme_time": int((measures.time >= EXTREME_TIME).sum()),
        "extreme_clicks": int((measures.clicks >= EXTREME_CLICKS).sum()),
    }


@dataclass(frozen=True)
class SoiledItems:
    """The rows of the item files: which articles stand in them, in what order, which lost their date."""

    rows: Ints
    broken: Ints


def soil_items(items: int, seed: int) -> SoiledItems:
    """Newest first, as published; a few rows come twice, a few have no date a calendar knows."""
    rng = stream(seed, "dirty items")
    few = max(1, round(items * ITEMS_PER_KIND))
    chosen = rng.choice(items, 2 * few, replace=False)
    newest_first = np.sort(np.concatenate([np.arange(items), chosen[:few]]))[::-1]
    return SoiledItems(newest_first, chosen[few:])
