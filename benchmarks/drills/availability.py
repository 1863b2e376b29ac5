"""Items are added, withdrawn, embargoed and expire: the delay before another replica reflects it.

Each change is sent to one of two replicas, and the other is polled until its list reflects the change. The
delay counts from the acknowledgement, or from the time of publication or expiry. Then a release without these
items is published and rolled back, and a replica restarts; none may recommend an item that is not available.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from tests.support.processes.api_client import ITEMS_KEY

_CATEGORY = "availability drill"
_HEADERS = {"X-API-Key": ITEMS_KEY}
#: Embargoes end and items expire after this delay, by which both replicas must have applied the change.
_DELAY_SECONDS = 0.6
_TIMEOUT_SECONDS = 10.0


def run(cluster: Cluster, rounds: int = 100) -> DrillReport:
    replicas = [cluster.start_replica(), cluster.start_replica()]
    report, seconds = DrillReport(), dict[str, list[float]]()
    for number in range(rounds):
        one, other = replicas if number % 2 else replicas[::-1]
        for name, delay in _measure_delays(one, other, number).items():
            seconds.setdefault(name, []).append(delay)
    for name, delays in seconds.items():
        p50, p99 = np.quantile(delays, [0.5, 0.99]) * 1e3
        report.facts[f"{name}_ms"] = f"p50 {p50:.0f}, p99 {p99:.0f}, longest {max(delays) * 1e3:.0f}"
    unavailable = {f"{kind}-{number}" for kind in ("withdrawn", "expired") for number in range(rounds)}
    unavailable |= _add_embargoed(replicas[0])
    for step, act in _steps(cluster, replicas).items():
        listed = unavailable & set().union(*(_listed(replica) for replica in act()))
        report.facts[step] = f"{len(listed)} of {len(unavailable)} unavailable items listed"
        report.require(not listed, f"{step}: {sorted(listed)[:3]} are listed")
    return report


def _measure_delays(one: Replica, other: Replica, number: int) -> dict[str, float]:
    """Send changes of three items to one replica; return the delay of each on the other, seconds."""
    delays = {}
    withdrawn, embargoed, expired = (f"{kind}-{number}" for kind in ("withdrawn", "embargoed", "expired"))
    _add_item(one, withdrawn)
    delays["reported"] = _wait(lambda: withdrawn in _listed(other), time.time())
    _delete_item(one, withdrawn)
    delays["withdrawn"] = _wait(lambda: withdrawn not in _listed(other), time.time())
    moment = time.time() + _DELAY_SECONDS
    _add_item(one, embargoed, published_at=round(moment * 1000))
    delays["embargo ends"] = _wait(lambda: embargoed in _listed(other), moment)
    moment = time.time() + _DELAY_SECONDS
    _add_item(one, expired, expires_at=round(moment * 1000))
    _wait(lambda: expired in _listed(other), time.time())
    delays["expires"] = _wait(lambda: expired not in _listed(other), moment)
    # The list of a category is limited to 100 items.
    _delete_item(one, embargoed)
    return delays


def _add_embargoed(replica: Replica) -> set[str]:
    """Add items that are published tomorrow; return their ids."""
    items = {f"tomorrow-{number}" for number in range(10)}
    for item in items:
        _add_item(replica, item, published_at=round((time.time() + 86_400) * 1000))
    return items


def _steps(cluster: Cluster, replicas: list[Replica]) -> dict[str, Callable[[], list[Replica]]]:
    """Return the actions after which unavailable items might reappear; each returns the replicas to check."""

    def serve(release: str) -> list[Replica]:
        for replica in replicas:
            replica.wait_for_release(release)
        return replicas

    return {
        "after_a_release": lambda: serve(cluster.publish("without the items")),
        "after_a_rollback": lambda: serve(cluster.registry.rollback()),
        "after_a_restart": lambda: [cluster.start_replica()],
    }


def _add_item(replica: Replica, item: str, **times: int) -> None:
    body = {"item_id": item, "title": item, "category": _CATEGORY, **times}
    replica.client.post("/items", json=body, headers=_HEADERS).raise_for_status()


def _delete_item(replica: Replica, item: str) -> None:
    replica.client.delete(f"/items/{item}", headers=_HEADERS).raise_for_status()


def _listed(replica: Replica) -> set[str]:
    """Return the ids of the category's list and of the trending items."""
    params = {"category": _CATEGORY, "num_recs": 100}
    items = replica.client.get("/recommendations", params=params).json()["items"]
    items += replica.client.get("/trending", params={"num_recs": 100}).json()["items"]
    return {item["item_id"] for item in items}


def _wait(is_met: Callable[[], bool], start: float) -> float:
    """Wait for a condition; return the seconds since `start`, a wall-clock time."""
    while not is_met():
        if time.time() > start + _TIMEOUT_SECONDS:
            raise RuntimeError("a replica does not apply a change that another one acknowledged")
    return max(time.time() - start, 0.0)
