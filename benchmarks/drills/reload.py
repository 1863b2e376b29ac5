"""Releases are promoted, one is corrupt, one is rolled back, under load: no request fails."""

from __future__ import annotations

import time

from benchmarks.harness.cluster import REJECTED_LOADS, Cluster
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from script_shared.releases.state import CHAMPION
from tests.support.processes.api_process import wait_for


def run(cluster: Cluster, promotions: int = 3, rate: float = 100.0) -> DrillReport:
    replica = cluster.start_replica()
    longest_ms = _longest_ms(replica.port, rate)
    names, seconds = [cluster.registry.find()], []
    with UserLoad([replica.port], rate=rate) as load:
        for number in range(promotions):
            names.append(cluster.publish(f"edition {number}"))
            start = time.monotonic()
            replica.wait_for_release(names[-1])
            seconds.append(time.monotonic() - start)
        corrupt = _publish_corrupt(cluster)
        wait_for(lambda: replica.health()["status"] == "degraded", "a corrupt release is rejected")
        rejected, served = replica.metric(REJECTED_LOADS), replica.health()["release"]
        cluster.registry.rollback()
        wait_for(lambda: replica.health()["status"] == "ready", "the service is ready after the rollback")
        restored = replica.health()["release"]
    releases = load.result.releases
    report = DrillReport.of(load.result, cluster.count_lost(load), longest_without_reload_ms=longest_ms)
    report.facts |= {"promotion_to_served_s": round(max(seconds), 2), "rejected_loads": rejected}
    report.require(corrupt not in releases, "a corrupt release was served")
    report.require(set(releases) == set(names), f"served releases: {dict(releases)}")
    report.require(rejected >= 1 and served == names[-1], "the previous release was not kept")
    report.require(restored == cluster.registry.find(), f"{restored} is served after the rollback")
    return report


def _longest_ms(port: int, rate: float) -> float:
    """Return the longest latency over two seconds without a reload, ms."""
    with UserLoad([port], rate=rate) as load:
        time.sleep(2)
    return round(load.result.latency_ms(1.0), 1)


def _publish_corrupt(cluster: Cluster) -> str:
    """Make a release champion after one of its files was corrupted; return its id."""
    champion = cluster.registry.find()
    corrupt = cluster.write("broken")
    cluster.damage(corrupt, "evaluation.json")
    cluster.registry.update(lambda state: state.publish(CHAMPION, corrupt))
    assert champion != corrupt
    return corrupt
