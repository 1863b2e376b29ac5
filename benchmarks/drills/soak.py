"""Some minutes at 70 % of one replica's capacity: no request fails, and memory does not grow."""

from __future__ import annotations

import time

import numpy as np
import psutil

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad

_CAPACITY_SHARE = 0.7
_CLIENTS = 8
_LISTS_PER_CLICK = 50
#: The first part of the samples is warm-up.
_WARM_UP_SHARE = 0.3
#: Bounded structures must be full after the warm-up: few cached lists, and many users with a history.
_CACHED_LISTS, _USERS, _BATCH_SIZE = 256, 5_000, 1_000
#: MB per minute; over fewer minutes growth is indistinguishable from noise.
MAX_GROWTH, MIN_MINUTES = 1.0, 5.0


def run(
    cluster: Cluster,
    minutes: float = 10.0,
    measure_seconds: float = 5.0,
    samples: int = 120,
    earlier_events: int = 150_000,
) -> DrillReport:
    replica = cluster.start_replica(api_result_cache_size=_CACHED_LISTS)
    _send_events(replica, earlier_events)
    with UserLoad([replica.port], _CLIENTS, lists_per_click=_LISTS_PER_CLICK) as full_load:
        time.sleep(measure_seconds)
    rate = _CAPACITY_SHARE * sum(full_load.result.lists.values()) / measure_seconds
    process, sizes = psutil.Process(replica.process.pid), []
    with UserLoad([replica.port], _CLIENTS, rate, _LISTS_PER_CLICK) as load:
        for _ in range(samples):
            time.sleep(minutes * 60 / samples)
            sizes.append(process.memory_info().rss / 1e6)
    sizes_warm = sizes[int(_WARM_UP_SHARE * samples) :]
    growth = _slope(sizes_warm, minutes / samples)
    report = DrillReport.of(
        load.result, cluster.count_lost(load), minutes=minutes, target_lists_per_second=round(rate)
    )
    report.facts |= {"rss_mb_after_warm_up": round(sizes_warm[0], 1)}
    report.facts |= {"rss_mb_at_the_end": round(sizes[-1], 1), "growth_mb_per_minute": round(growth, 3)}
    is_long_enough = minutes >= MIN_MINUTES
    report.require(not is_long_enough or growth < MAX_GROWTH, f"memory grows by {growth:.2f} MB per minute")
    return report


def _send_events(replica: Replica, count: int) -> None:
    """Send events before the measurement, because tables and SQLite's page cache grow with the first ones."""
    body = replica.client.get("/recommendations", params={"num_recs": 100}).json()
    items, rng = [item["item_id"] for item in body["items"]], np.random.default_rng(0)
    for _ in range(count // _BATCH_SIZE):
        pairs = zip(rng.integers(_USERS, size=_BATCH_SIZE), rng.choice(items, _BATCH_SIZE), strict=True)
        events = [{"user_id": f"before-{user}", "item_id": str(item)} for user, item in pairs]
        replica.client.post("/events", json=events).raise_for_status()


def _slope(sizes: list[float], interval_minutes: float) -> float:
    """Return the slope of the regression line through equidistant sizes, per minute."""
    return float(np.polyfit(np.arange(len(sizes)) * interval_minutes, sizes, 1)[0])
