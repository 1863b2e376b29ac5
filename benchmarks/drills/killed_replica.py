"""One of two replicas is killed with SIGKILL under load and restarted."""

from __future__ import annotations

import signal
import time

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from tests.support.processes.api_client import USERS_KEY
from tests.support.processes.api_process import wait_for

_CLIENTS = 8


def run(cluster: Cluster, seconds: float = 3.0, rate: float = 150.0) -> DrillReport:
    killed, survivor = cluster.start_replica(), cluster.start_replica()
    with UserLoad([killed.port, survivor.port], _CLIENTS, rate) as load:
        time.sleep(seconds)
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait()
        start = time.monotonic()
        restarted = cluster.start_replica()
        start_s = time.monotonic() - start
        time.sleep(seconds)
    # A client that switches to the killed replica is cut once more.
    lost = cluster.count_lost(load)
    report = DrillReport.of(load.result, lost, 3 * _CLIENTS, start_to_ready_s=round(start_s, 2))
    users = sorted({_first_user(event_id) for event_id in load.result.acknowledged})
    report.facts["users_compared"] = len(users)
    # The last events reach each replica at its next poll of the log.
    wait_for(
        lambda: _histories(survivor, users) == _histories(restarted, users), "both replicas have equal state"
    )
    report.require(all(_histories(restarted, users)), "the restarted replica lacks the history of a user")
    return report


def _first_user(event_id: str) -> str:
    """Return the first user of the client that sent an event."""
    return f"{event_id.replace('e-', 'user-', 1).rpartition('-')[0]}-0"


def _histories(replica: Replica, users: list[str]) -> list[object]:
    return [_history(replica, user) for user in users]


def _history(replica: Replica, user: str) -> object:
    response = replica.client.get(f"/users/{user}", headers={"X-API-Key": USERS_KEY})
    body = response.json()
    return response.status_code == 200 and (body["interactions"], body["recent"])
