"""Two processes publish and promote releases concurrently while a third rolls back, under load."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness.cluster import DOMAIN, REJECTED_LOADS, Cluster, open_cluster_registry
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from script_shared.errors import ReleaseNotFoundError
from tests.support.processes.api_process import REPOSITORY
from tests.support.releases.release_copies import publish_copy


def run(cluster: Cluster, releases_per_publisher: int = 5, rate: float = 100.0) -> DrillReport:
    replica, registry = cluster.start_replica(), cluster.registry
    command = [sys.executable, "-m", __name__, str(cluster.root), str(releases_per_publisher)]
    command = [*command, cluster.base.id, cluster.releases_url]
    with UserLoad([replica.port], rate=rate) as load:
        publishers = [subprocess.Popen([*command, name], cwd=REPOSITORY) for name in ("one", "two")]
        rollbacks = 0
        while any(publisher.poll() is None for publisher in publishers):
            try:
                registry.rollback()
                rollbacks += 1
            except ReleaseNotFoundError:
                pass
            time.sleep(0.05)
        codes = [publisher.returncode for publisher in publishers]
        replica.wait_for_release(registry.find() or "")
    release_count, rejected = len(registry.list()), replica.metric(REJECTED_LOADS)
    report = DrillReport.of(load.result, cluster.count_lost(load), rollbacks=rollbacks)
    report.facts |= {"releases": release_count, "served_releases": len(load.result.releases)}
    report.facts["rejected_loads"] = rejected
    drafts = [path.name for path in (cluster.root / DOMAIN).rglob(".*ing-*")]
    unfinished = set(registry.find_ids()) - {entry.id for entry in registry.list()}
    numbers = sorted(registry.state().versions.values())
    report.require(codes == [0, 0], f"exit codes of publishers: {codes}")
    report.require(release_count == 2 * releases_per_publisher + 2, "a release is missing")
    report.require(not rejected, "an unfinished release was visible")
    report.require(not drafts and not unfinished, f"left behind: {drafts}, {unfinished}")
    report.require(numbers == list(range(1, release_count)), f"version numbers: {numbers}")
    return report


def publish_releases(root: str, count: str, base: str, releases_url: str, name: str) -> None:
    """Publish copies of a release one after the other."""
    registry = open_cluster_registry(Path(root), releases_url)
    for number in range(int(count)):
        publish_copy(registry, registry.get(base), f"{name} {number}", replay=False)


if __name__ == "__main__":
    publish_releases(*sys.argv[1:])
