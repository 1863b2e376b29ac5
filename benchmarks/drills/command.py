"""Failure drills: real processes under load while something around them breaks.

    python -m benchmarks drill [NAME …] [--minutes 10] [--data-root data]

Each drill prints its figures and the requirements that it violated; the exit status is 1 if there are any.
Without a data root it serves a small generated release. The event log is SQLite, except in two drills on
Postgres, which are skipped where it is not installed. The releases are in a folder, except in two drills on a
local S3 server, which is installed when they first run.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.drills import (
    abuse,
    availability,
    clock,
    full_disk,
    killed_postgres,
    killed_replica,
    reload,
    removed_release,
    slow_clients,
    soak,
    two_publishers,
)
from benchmarks.harness.cluster import Cluster
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.release import open_release
from script_shared.releases.store import Release
from tests.support.processes.moto_server import run_moto, set_environment
from tests.support.processes.postgres import find_program, run_postgres

Drill = Callable[[Cluster], DrillReport]

_DRILLS: dict[str, Drill] = {
    "reload": reload.run,
    "removed": removed_release.run,
    "killed-replica": killed_replica.run,
    "full-disk": full_disk.run,
    "clock": clock.run,
    "two-publishers": two_publishers.run,
    "slow-clients": slow_clients.run,
    "abuse": abuse.run,
}
_AVAILABILITY = "availability"
_KILLED_POSTGRES = "killed-postgres"
_ON_POSTGRES = (_AVAILABILITY, _KILLED_POSTGRES)
_SOAK = "soak"
_ON_S3 = {"reload-s3": reload.run, "two-publishers-s3": two_publishers.run}
NAMES = (*_DRILLS, *_ON_S3, *_ON_POSTGRES, _SOAK)


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"of {', '.join(NAMES)}; default all")] = None,
    minutes: Annotated[float, typer.Option(help="of the soak", min=0.1)] = 10.0,
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
) -> None:
    """Run the drills and print their reports."""
    # Exit by exception, so that context managers end the processes that were started.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    selected = names or [name for name in NAMES if name not in _ON_POSTGRES or find_program("initdb")]
    if unknown := set(selected) - set(NAMES):
        raise typer.BadParameter(f"there is no drill {min(unknown)!r}; choose from {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as folder:
        release = open_release(data_root, Path(folder))
        passed = [_run_drill(name, release, minutes) for name in selected]
    sys.exit(0 if all(passed) else 1)


def _run_drill(name: str, release: Release, minutes: float) -> bool:
    """Run a drill and print its report; return whether it passed."""
    print(name, flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _prepare(name, minutes, Path(folder)) as (addresses, drill),
        Cluster(Path(folder) / "data", release, **addresses) as cluster,
    ):
        report = drill(cluster)
    print("\n".join([*report.lines(), ""]), flush=True)
    return not report.violations


@contextmanager
def _prepare(name: str, minutes: float, folder: Path) -> Iterator[tuple[dict[str, str], Drill]]:
    """Start Postgres or S3 where the drill needs it; yield the cluster's addresses and the drill."""
    if name in _ON_POSTGRES:
        with run_postgres() as server:
            killed = partial(killed_postgres.run, server=server)
            drill = killed if name == _KILLED_POSTGRES else availability.run
            yield {"events_url": server.address}, drill
    elif name in _ON_S3:
        with run_moto(folder / "moto.log") as s3, set_environment(s3.environment):
            yield {"releases_url": s3.url("drill")}, _ON_S3[name]
    else:
        yield {}, partial(soak.run, minutes=minutes) if name == _SOAK else _DRILLS[name]
