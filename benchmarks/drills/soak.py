"""Some minutes at 70 % of what one replica can answer: nothing fails, and memory does not grow."""

from __future__ import annotations

import time

import numpy as np
import psutil

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand, lost

_SHARE = 0.7
_CLIENTS = 8
_LISTS_A_READ = 50
#: The first part is warming up.
_WARM = 0.3
#: What is bounded is to be full by then: so few lists are kept, and so many readers have read before.
_LISTS_KEPT, _READERS, _AT_ONCE = 256, 5_000, 1_000
#: MB a minute; from so many minutes on, less cannot be told from noise.
MOST_GROWTH, TELLING_MINUTES = 1.0, 5.0


def run(
    stand: Stand,
    minutes: float = 10.0,
    measure_seconds: float = 5.0,
    samples: int = 120,
    read_before: int = 150_000,
) -> Outcome:
    replica = stand.replica(api_result_cache_size=_LISTS_KEPT)
    _fill(replica, read_before)
    with Load([replica.port], _CLIENTS, lists_a_read=_LISTS_A_READ) as most:
        time.sleep(measure_seconds)
    rate = _SHARE * sum(most.seen.lists.values()) / measure_seconds
    process, sizes = psutil.Process(replica.process.pid), []
    with Load([replica.port], _CLIENTS, rate, _LISTS_A_READ) as load:
        for _ in range(samples):
            time.sleep(minutes * 60 / samples)
            sizes.append(process.memory_info().rss / 1e6)
    outcome = Outcome.of(load.seen, lost(stand, load), minutes=minutes, asked_lists_a_second=round(rate))
    growth = _slope(sizes[int(_WARM * samples) :], minutes / samples)
    outcome.facts |= {"rss_mb_after_warming_up": round(sizes[int(_WARM * samples)], 1)}
    outcome.facts |= {"rss_mb_at_the_end": round(sizes[-1], 1), "growth_mb_a_minute": round(growth, 3)}
    told = minutes >= TELLING_MINUTES
    outcome.demand(not told or growth < MOST_GROWTH, f"memory grows by {growth:.2f} MB a minute")
    return outcome


def _fill(replica: Replica, reads: int) -> None:
    """Have readers read: tables and SQLite's pages grow at first, whatever happens afterwards."""
    answer = replica.client.get("/recommendations", params={"num_recs": 100}).json()
    items, rng = [each["item_id"] for each in answer["items"]], np.random.default_rng(0)
    for _ in range(reads // _AT_ONCE):
        pairs = zip(rng.integers(_READERS, size=_AT_ONCE), rng.choice(items, _AT_ONCE), strict=True)
        batch = [{"user_id": f"before-{reader}", "item_id": str(item)} for reader, item in pairs]
        replica.client.post("/events", json=batch).raise_for_status()


def _slope(sizes: list[float], minutes: float) -> float:
    """Return the slope of the line through sizes that lie so many minutes apart."""
    return float(np.polyfit(np.arange(len(sizes)) * minutes, sizes, 1)[0])
