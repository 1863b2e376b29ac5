"""Releases are promoted, one is broken, one is rolled back, under load: nobody notices."""

from __future__ import annotations

import time

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import REFUSED, Stand, lost, serves
from script_shared.releases.registry import CHAMPION
from script_shared.storage.partitions import set_alias
from tests.support.servers import until


def run(stand: Stand, promotions: int = 3, rate: float = 100.0) -> Outcome:
    replica = stand.replica()
    quiet = _quiet(replica.port, rate)
    names, took = [stand.registry.find()], []
    with Load([replica.port], rate=rate) as load:
        for number in range(promotions):
            names.append(stand.publish(f"edition {number}"))
            start = time.monotonic()
            serves(replica, names[-1])
            took.append(time.monotonic() - start)
        broken = _broken(stand)
        until(lambda: replica.health()["status"] == "degraded", "a broken release is refused")
        refused, still = replica.metric(REFUSED), replica.health()["release"]
        stand.registry.rollback()
        until(lambda: replica.health()["status"] == "ready", "the rollback makes it well")
        back = replica.health()["release"]
    outcome = Outcome.of(load.seen, lost(stand, load), longest_without_reload_ms=quiet)
    outcome.facts |= {"promotion_to_served_s": round(max(took), 2), "refused_loads": refused}
    outcome.demand(broken not in load.seen.releases, "a broken release was served")
    outcome.demand(set(load.seen.releases) == set(names), f"served were {dict(load.seen.releases)}")
    outcome.demand(refused >= 1 and still == names[-1], "the old release did not go on")
    outcome.demand(back == stand.registry.find(), f"{back} is served after the rollback")
    return outcome


def _quiet(port: int, rate: float) -> float:
    """Return the longest request of a while without a reload, ms."""
    with Load([port], rate=rate) as load:
        time.sleep(2)
    return round(load.seen.at(1.0), 1)


def _broken(stand: Stand) -> str:
    """Name a release champion that a disk has damaged since it was checked."""
    good = stand.registry.find()
    broken = stand.write("broken")
    path = stand.registry.folder / broken / "evaluation.json"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    set_alias(stand.registry.folder, CHAMPION, broken)
    assert good != broken
    return broken
