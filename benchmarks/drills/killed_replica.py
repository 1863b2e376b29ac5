"""One of two replicas is killed with -9 under load and started again."""

from __future__ import annotations

import signal
import time

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Replica, Stand, lost
from tests.support.servers import until
from tests.support.services import READERS_KEY

_CLIENTS = 8


def run(stand: Stand, seconds: float = 3.0, rate: float = 150.0) -> Outcome:
    one, two = stand.replica(), stand.replica()
    with Load([one.port, two.port], _CLIENTS, rate) as load:
        time.sleep(seconds)
        one.process.send_signal(signal.SIGKILL)
        one.process.wait()
        start = time.monotonic()
        again = stand.replica()
        back = time.monotonic() - start
        time.sleep(seconds)
    # Whose client went on to the other; a connection that finds nobody is cut once more.
    outcome = Outcome.of(load.seen, lost(stand, load), 3 * _CLIENTS, start_to_ready_s=round(back, 2))
    readers = sorted({name.replace("e-", "reader-", 1).rpartition("-")[0] for name in load.seen.acknowledged})
    outcome.facts["readers_compared"] = len(readers)
    # The last events reach each replica with its next look at the log.
    until(lambda: _histories(two, readers) == _histories(again, readers), "both replicas know the same")
    outcome.demand(all(_histories(again, readers)), "the new replica does not know every reader")
    return outcome


def _histories(replica: Replica, readers: list[str]) -> list[object]:
    return [_history(replica, f"{each}-0") for each in readers]


def _history(replica: Replica, reader: str) -> object:
    answer = replica.client.get(f"/users/{reader}", headers={"X-API-Key": READERS_KEY})
    told = answer.json()
    return answer.status_code == 200 and (told["reads"], told["recent"])
