"""Two processes publish and promote releases at the same time, and a third rolls back, under load."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import REFUSED, Stand, lost, serves
from script_shared.errors import ReleaseNotFoundError
from script_shared.releases.registry import Registry
from tests.support.editions import publish_edition
from tests.support.servers import REPOSITORY


def run(stand: Stand, each: int = 5, rate: float = 100.0) -> Outcome:
    replica = stand.replica()
    command = [sys.executable, "-m", __name__, str(stand.registry.folder), str(each)]
    with Load([replica.port], rate=rate) as load:
        publishers = [
            subprocess.Popen([*command, name, stand.base.id], cwd=REPOSITORY) for name in ("one", "two")
        ]
        rollbacks = 0
        while any(publisher.poll() is None for publisher in publishers):
            try:
                stand.registry.rollback()
                rollbacks += 1
            except ReleaseNotFoundError:
                pass
            time.sleep(0.05)
        codes = [publisher.returncode for publisher in publishers]
        serves(replica, stand.registry.find() or "")
    outcome = Outcome.of(load.seen, lost(stand, load), rollbacks=rollbacks)
    outcome.facts["releases"] = len(stand.registry.list())
    outcome.facts |= {"served_releases": len(load.seen.releases), "refused_loads": replica.metric(REFUSED)}
    left = [path.name for path in stand.registry.folder.glob(".*ing-*")]
    outcome.demand(codes == [0, 0], f"publishers ended with {codes}")
    outcome.demand(len(stand.registry.list()) == 2 * each + 2, "a release is missing")
    outcome.demand(not replica.metric(REFUSED), "a release was seen unfinished")
    outcome.demand(not left, f"left behind: {left}")
    return outcome


def publish_all(folder: str, count: str, name: str, base: str) -> None:
    """Publish one release after the other."""
    registry = Registry(Path(folder))
    for number in range(int(count)):
        publish_edition(registry, registry.get(base), f"{name} {number}", replay=False)


if __name__ == "__main__":
    publish_all(*sys.argv[1:])
