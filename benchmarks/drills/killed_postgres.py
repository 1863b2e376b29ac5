"""Postgres, which keeps the event log, is killed with -9 under load and started again."""

from __future__ import annotations

import time

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand, lost
from tests.support.postgres import PostgresServer
from tests.support.servers import until


def run(stand: Stand, server: PostgresServer, seconds: float = 3.0, rate: float = 150.0) -> Outcome:
    replicas = [stand.replica(), stand.replica()]
    with Load([each.port for each in replicas], 8, rate) as load:
        time.sleep(seconds)
        until(lambda: load.seen.posts[200] > 0, "events are taken in")
        # Meanwhile each replica knows what it took in itself, and no more.
        load.apart_until = float("inf")
        server.kill()
        down = time.monotonic()
        time.sleep(seconds)
        while_down = dict(load.seen.posts)
        server.start()
        back = time.monotonic()
        taken = load.seen.posts[200]
        until(lambda: load.seen.posts[200] > taken, "events are taken in again")
        away = time.monotonic() - down
        until(
            lambda: all(_lag(each) < time.monotonic() - back for each in replicas), "both read the log again"
        )
        followed = time.monotonic() - back
        load.apart_until = time.perf_counter()
        time.sleep(seconds)
    outcome = Outcome.of(load.seen, lost(stand, load), seconds_without_events=round(away, 2))
    outcome.facts["return_to_followed_s"] = round(followed, 3)
    outcome.demand(while_down.get(503, 0) > 0, "events were not refused while the log was gone")
    outcome.demand(set(load.seen.posts) <= {200, 503}, f"events were answered {dict(load.seen.posts)}")
    return outcome


def _lag(replica: Replica) -> float:
    """Return how many seconds ago a replica read the log to its end."""
    return replica.metric("manchete_event_log_lag_seconds")
