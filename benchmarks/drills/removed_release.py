"""Releases are removed while they are being loaded, each a little later than the one before."""

from __future__ import annotations

import shutil
import time
from itertools import count

from benchmarks.harness.cluster import DOMAIN, REJECTED_LOADS, Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from tests.support.processes.api_process import wait_for


def run(
    cluster: Cluster, step_seconds: float = 0.05, max_steps: int = 30, rate: float = 100.0
) -> DrillReport:
    """Remove a release after its promotion, each time one step later, until one was loaded before."""
    replica = cluster.start_replica()
    known = {cluster.registry.find()}
    with UserLoad([replica.port], rate=rate) as load:
        for number in count():
            name = cluster.publish(f"removed {number}")
            known.add(name)
            time.sleep(step_seconds * number)
            shutil.rmtree(cluster.root / DOMAIN / "releases" / name)
            if _was_served(replica, name) or number >= max_steps:
                break
        # A release in memory is served although its files are gone.
        served = replica.health()["release"]
        last = cluster.publish("sound")
        replica.wait_for_release(last)
    releases = load.result.releases
    report = DrillReport.of(load.result, cluster.count_lost(load), removed_releases=number + 1)
    report.facts["rejected_loads"] = replica.metric(REJECTED_LOADS)
    report.require(set(releases) <= known | {last}, f"served releases: {dict(releases)}")
    report.require(number > 0, "none was removed before it was loaded")
    report.require(replica.metric(REJECTED_LOADS) >= number, "a removed release was not rejected")
    report.require(served is not None, "no release was served")
    return report


def _was_served(replica: Replica, name: str) -> bool:
    """Wait until a replica serves or rejects a release; return whether it serves it."""

    def is_decided() -> bool:
        health = replica.health()
        return health["release"] == name or name in (health["reason"] or "")

    wait_for(is_decided, f"{name} is served or rejected")
    return replica.health()["release"] == name
