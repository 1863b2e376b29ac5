"""Releases are removed while they are being loaded, each a little later than the one before."""

from __future__ import annotations

import shutil
import time
from itertools import count

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import REFUSED, Replica, Stand, lost, serves
from tests.support.servers import until


def run(stand: Stand, step_seconds: float = 0.05, most: int = 30, rate: float = 100.0) -> Outcome:
    """Remove a release some steps after its promotion, a step more each time, until it was quick enough."""
    replica = stand.replica()
    known = {stand.registry.find()}
    with Load([replica.port], rate=rate) as load:
        for number in count():
            name = stand.publish(f"removed {number}")
            known.add(name)
            time.sleep(step_seconds * number)
            shutil.rmtree(stand.registry.folder / name)
            if _was_served(replica, name) or number >= most:
                break
        # What lies in memory is served although its files are gone.
        held = replica.health()["release"]
        sound = stand.publish("sound")
        serves(replica, sound)
    outcome = Outcome.of(load.seen, lost(stand, load), removed_releases=number + 1)
    outcome.facts["refused_loads"] = replica.metric(REFUSED)
    outcome.demand(set(load.seen.releases) <= known | {sound}, f"served were {dict(load.seen.releases)}")
    outcome.demand(number > 0, "none was removed before it was loaded")
    outcome.demand(replica.metric(REFUSED) >= number, "a removed release was not refused")
    outcome.demand(held is not None, "nothing was served")
    return outcome


def _was_served(replica: Replica, name: str) -> bool:
    """Wait until a replica serves a release or has refused it."""

    def settled() -> bool:
        health = replica.health()
        return health["release"] == name or name in (health["reason"] or "")

    until(settled, f"{name} is served or refused")
    return replica.health()["release"] == name
