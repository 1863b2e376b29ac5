"""The disk of the event log is full for a while, simulated by a limit on the size of files."""

from __future__ import annotations

import resource
import time

from benchmarks.harness.cluster import Cluster
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from tests.support.processes.api_process import wait_for


def run(cluster: Cluster, seconds: float = 2.0, limit_bytes: int = 400_000) -> DrillReport:
    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))

    replica = cluster.start_replica(prepare=limit_file_size)
    with UserLoad([replica.port], 4) as load:
        events = load.result.events
        wait_for(lambda: events[507] > 0, "the disk is full", 120)
        time.sleep(seconds)
        rejected, accepted = events[507], events[200]
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(replica.process.pid, resource.RLIMIT_FSIZE, no_limit)
        start = time.monotonic()
        wait_for(lambda: events[200] > accepted, "events are accepted again")
        recovery_s = time.monotonic() - start
        time.sleep(seconds)
    report = DrillReport.of(load.result, cluster.count_lost(load), rejected_while_full=rejected)
    report.facts["space_to_accepted_s"] = round(recovery_s, 3)
    report.require(set(events) <= {200, 507}, f"statuses of events: {dict(events)}")
    return report
