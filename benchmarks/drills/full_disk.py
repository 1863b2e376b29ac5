"""The disk of the event log is full for a while (a limit on the size of files stands for it)."""

from __future__ import annotations

import resource
import time

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Stand, lost
from tests.support.servers import until


def run(stand: Stand, seconds: float = 2.0, room: int = 400_000) -> Outcome:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))

    replica = stand.replica(prepare=small_disk)
    with Load([replica.port], 4) as load:
        until(lambda: load.seen.posts[507] > 0, "the disk is full", 120)
        time.sleep(seconds)
        refused, taken = load.seen.posts[507], load.seen.posts[200]
        free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(replica.process.pid, resource.RLIMIT_FSIZE, free)
        start = time.monotonic()
        until(lambda: load.seen.posts[200] > taken, "events are taken in again")
        back = time.monotonic() - start
        time.sleep(seconds)
    outcome = Outcome.of(load.seen, lost(stand, load), refused_while_full=refused)
    outcome.facts["room_to_taken_in_s"] = round(back, 3)
    outcome.demand(set(load.seen.posts) <= {200, 507}, f"events were answered {dict(load.seen.posts)}")
    return outcome
