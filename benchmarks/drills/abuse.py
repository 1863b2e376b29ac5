"""Colluding users click one item again and again: the effect on the lists of everybody.

1, 10 and 100 users send 5,000 events of the highest weight for an unpopular item each. A user counts once, so
that the count of the item is at most the number of users times the highest weight. Then one user clicks every
item within a minute.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from pipelines.settings import PipelineSettings
from script_shared.domains.news.engagement import MAX_WEIGHT

COLLUDERS = (1, 10, 100)
_BATCH_SIZE = 500
#: Maximum length of a list.
_LENGTH = 100
#: Maximum delay before unpersonalised lists reflect an event.
_LAG_SECONDS = 1.5


def run(cluster: Cluster, honest_users: int = 500, events: int = 5_000) -> DrillReport:
    replica, report = cluster.start_replica(), DrillReport()
    popular = [item["item_id"] for item in _trending(replica)]
    _send(replica, [_event(f"honest-{n}", popular[n * n % 10]) for n in range(honest_users)])
    for users, target in zip(COLLUDERS, reversed(popular), strict=False):
        before = _rank(_trending(replica), target), _rank(_anonymous(replica), target)
        _send(
            replica, [_event(f"id-{users}-{number % users}", target, MAX_WEIGHT) for number in range(events)]
        )
        trending = _trending(replica)
        after = _rank(trending, target), _rank(_anonymous(replica), target)
        count = next((item["score"] for item in trending if item["item_id"] == target), 0.0)
        report.facts[f"{users}_ids_count"] = f"{count:.1f} of {events * MAX_WEIGHT:,.0f} sent"
        report.facts[f"{users}_ids_rank_among_trending"] = f"{before[0]} to {after[0]}"
        report.facts[f"{users}_ids_rank_for_anonymous"] = f"{before[1]} to {after[1]}"
        report.require(count <= users * MAX_WEIGHT + 1, f"{users} users count {count:.1f}")
    added = _click_all(replica, popular)
    limit = 2 * PipelineSettings.model_fields["user_limit"].default  # the minute may end in between
    report.facts["one_id_clicks_all_items_count"] = f"{added:.1f} of {len(popular) * MAX_WEIGHT:,.0f} sent"
    report.require(added <= limit, f"one user adds {added:.1f} to all counts")
    return report


def _click_all(replica: Replica, items: Sequence[str]) -> float:
    """Let one user click all items; return the sum by which their counts grow."""
    before = sum(item["score"] for item in _trending(replica))
    _send(replica, [_event("flood", item, MAX_WEIGHT) for item in items])
    return float(sum(item["score"] for item in _trending(replica)) - before)


def _event(user: str, item: str, weight: float = 1.0) -> dict[str, object]:
    return {"user_id": user, "item_id": item, "weight": weight}


def _send(replica: Replica, events: Sequence[dict[str, object]]) -> None:
    for start in range(0, len(events), _BATCH_SIZE):
        replica.client.post("/events", json=events[start : start + _BATCH_SIZE]).raise_for_status()
    time.sleep(_LAG_SECONDS)


def _trending(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.client.get(f"/trending?num_recs={_LENGTH}").json()["items"])


def _anonymous(replica: Replica) -> list[dict[str, Any]]:
    return list(replica.client.get(f"/recommendations?num_recs={_LENGTH}").json()["items"])


def _rank(items: Sequence[dict[str, Any]], item_id: str) -> int | str:
    """Return the rank of an item in a list, from 1."""
    return next((rank for rank, item in enumerate(items, 1) if item["item_id"] == item_id), "none")
