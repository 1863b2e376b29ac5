"""Articles are reported, withdrawn, embargoed and expire: how long until another replica shows it.

Each is told to one of two replicas, and the other is asked without a pause until its list is as it should
be: from the acknowledgement on, or from the moment of publication or expiry. Then a release that knows
nothing of it is published and rolled back, and a replica starts anew; none may name what may not be named.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand, serves
from tests.support.services import ITEMS_KEY

_CATEGORY = "availability drill"
_KEY = {"X-API-Key": ITEMS_KEY}
#: Embargoes and expiries lie so far ahead, so that both replicas know of them before.
_AHEAD_SECONDS = 0.6
_PATIENCE_SECONDS = 10.0


def run(stand: Stand, articles: int = 100) -> Outcome:
    replicas = [stand.replica(), stand.replica()]
    outcome, seconds = Outcome(), dict[str, list[float]]()
    for number in range(articles):
        one, other = replicas if number % 2 else replicas[::-1]
        for name, seen in _tell(one, other, number).items():
            seconds.setdefault(name, []).append(seen)
    for name, found in seconds.items():
        p50, p99 = np.quantile(found, [0.5, 0.99]) * 1e3
        outcome.facts[f"{name}_ms"] = f"p50 {p50:.0f}, p99 {p99:.0f}, longest {max(found) * 1e3:.0f}"
    gone = {f"{kind}-{number}" for kind in ("withdrawn", "expired") for number in range(articles)}
    gone |= _embargoed(replicas[0])
    for step, after in _afterwards(stand, replicas):
        named = gone & set().union(*(_listed(each) for each in after))
        outcome.facts[step] = f"{len(named)} of {len(gone)} named that may not be"
        outcome.demand(not named, f"{step}: {sorted(named)[:3]} are named")
    return outcome


def _tell(one: Replica, other: Replica, number: int) -> dict[str, float]:
    """Tell one replica of three articles; return how long the other takes to show each change, in seconds."""
    found = {}
    withdrawn, embargoed, expired = (f"{kind}-{number}" for kind in ("withdrawn", "embargoed", "expired"))
    _report(one, withdrawn)
    found["reported"] = _until(lambda: withdrawn in _listed(other), time.time())
    one.client.delete(f"/items/{withdrawn}", headers=_KEY).raise_for_status()
    found["withdrawn"] = _until(lambda: withdrawn not in _listed(other), time.time())
    moment = time.time() + _AHEAD_SECONDS
    _report(one, embargoed, published_at=round(moment * 1000))
    found["embargo ends"] = _until(lambda: embargoed in _listed(other), moment)
    moment = time.time() + _AHEAD_SECONDS
    _report(one, expired, expires_at=round(moment * 1000))
    _until(lambda: expired in _listed(other), time.time())
    found["expires"] = _until(lambda: expired not in _listed(other), moment)
    # The category's list has a hundred places.
    one.client.delete(f"/items/{embargoed}", headers=_KEY).raise_for_status()
    return found


def _embargoed(replica: Replica) -> set[str]:
    """Report articles that are published tomorrow."""
    names = {f"tomorrow-{number}" for number in range(10)}
    for name in names:
        _report(replica, name, published_at=round((time.time() + 86_400) * 1000))
    return names


def _afterwards(stand: Stand, replicas: list[Replica]) -> list[tuple[str, Any]]:
    """Do what may bring articles back, one after the other."""

    def release() -> list[Replica]:
        published = stand.publish("knows nothing of it")
        for each in replicas:
            serves(each, published)
        return replicas

    def rollback() -> list[Replica]:
        earlier = stand.registry.rollback()
        for each in replicas:
            serves(each, earlier)
        return replicas

    steps: dict[str, Callable[[], list[Replica]]] = {
        "after_a_release": release,
        "after_a_rollback": rollback,
        "after_a_restart": lambda: [stand.replica()],
    }
    return [(name, step()) for name, step in steps.items()]


def _report(replica: Replica, item: str, **times: int) -> None:
    body = {"item_id": item, "title": item, "category": _CATEGORY, **times}
    replica.client.post("/items", json=body, headers=_KEY).raise_for_status()


def _listed(replica: Replica) -> set[str]:
    """Return the ids of the category's list and of what is trending."""
    asked = {"category": _CATEGORY, "num_recs": 100}
    items = replica.client.get("/recommendations", params=asked).json()["items"]
    items += replica.client.get("/trending", params={"num_recs": 100}).json()["items"]
    return {item["item_id"] for item in items}


def _until(is_so: Callable[[], bool], start: float) -> float:
    """Return the seconds from a moment of the wall clock until something is seen to be so."""
    while not is_so():
        if time.time() > start + _PATIENCE_SECONDS:
            raise RuntimeError("a replica does not show what another one was told")
    return max(time.time() - start, 0.0)
