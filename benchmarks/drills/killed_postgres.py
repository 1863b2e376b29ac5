"""Postgres, which stores the event log, is killed with SIGKILL under load and restarted."""

from __future__ import annotations

import time

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from tests.support.processes.api_process import wait_for
from tests.support.processes.postgres import PostgresServer


def run(cluster: Cluster, server: PostgresServer, seconds: float = 3.0, rate: float = 150.0) -> DrillReport:
    replicas = [cluster.start_replica(), cluster.start_replica()]
    with UserLoad([replica.port for replica in replicas], 8, rate) as load:
        events = load.result.events
        time.sleep(seconds)
        wait_for(lambda: events[200] > 0, "events are accepted")
        # Without the log, a replica has only the events that it accepted itself.
        load.partitioned_until = float("inf")
        server.kill()
        killed = time.monotonic()
        time.sleep(seconds)
        while_down = dict(events)
        server.start()
        restarted = time.monotonic()
        accepted = events[200]
        wait_for(lambda: events[200] > accepted, "events are accepted again")
        outage_s = time.monotonic() - killed
        wait_for(
            lambda: all(_lag_seconds(replica) < time.monotonic() - restarted for replica in replicas),
            "both replicas read the log again",
        )
        recovery_s = time.monotonic() - restarted
        load.partitioned_until = time.perf_counter()
        time.sleep(seconds)
    report = DrillReport.of(load.result, cluster.count_lost(load), seconds_without_events=round(outage_s, 2))
    report.facts["restart_to_log_read_s"] = round(recovery_s, 3)
    report.require(while_down.get(503, 0) > 0, "events were not rejected while the log was unavailable")
    report.require(set(events) <= {200, 503}, f"statuses of events: {dict(events)}")
    return report


def _lag_seconds(replica: Replica) -> float:
    """Return the seconds since a replica last reached the end of the log."""
    return replica.metric("manchete_event_log_lag_seconds")
