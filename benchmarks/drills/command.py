"""What the service does when something around it breaks: real processes under load.

    python -m benchmarks drill [NAME …] [--minutes 10] [--data-root data]

Every drill prints its figures and which promise was broken; status 1 if one was. Without a data root it
serves a small generated release. The log is SQLite but in two drills on Postgres, which are left out where
it is not installed.
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
    removed,
    slow_clients,
    soak,
    two_publishers,
)
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Stand
from script_shared.errors import SettingsError
from script_shared.releases.registry import Registry
from script_shared.releases.store import Release
from script_shared.storage.volume import Volume
from tests.support.clicks import write_clicks
from tests.support.postgres import find_program, running_postgres
from tests.support.releases import publish_small_release

_DRILLS: dict[str, Callable[[Stand], Outcome]] = {
    "reload": reload.run,
    "removed": removed.run,
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
NAMES = (*_DRILLS, *_ON_POSTGRES, _SOAK)


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"of {', '.join(NAMES)}; none is all")] = None,
    minutes: Annotated[float, typer.Option(help="of the soak", min=0.1)] = 10.0,
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
) -> None:
    """Do the drills and print what each showed."""
    # Ended by a signal, it ends what it started too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    wanted = names or [name for name in NAMES if name not in _ON_POSTGRES or find_program("initdb")]
    if unknown := set(wanted) - set(NAMES):
        raise typer.BadParameter(f"there is no drill {min(unknown)!r}; there are {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as folder:
        release = base_release(data_root, Path(folder))
        sound = [_do(name, release, minutes) for name in wanted]
    sys.exit(0 if all(sound) else 1)


def _do(name: str, release: Release, minutes: float) -> bool:
    print(name, flush=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _drill(name, minutes) as (address, run),
        Stand(Path(folder), release, address) as stand,
    ):
        outcome = run(stand)
    print("\n".join([*outcome.lines(), ""]), flush=True)
    return not outcome.broken


@contextmanager
def _drill(name: str, minutes: float) -> Iterator[tuple[str, Callable[[Stand], Outcome]]]:
    """Give the log's address and what to do."""
    if name in _ON_POSTGRES:
        with running_postgres() as server:
            killed = partial(killed_postgres.run, server=server)
            yield server.address, killed if name == _KILLED_POSTGRES else availability.run
    else:
        yield "", partial(soak.run, minutes=minutes) if name == _SOAK else _DRILLS[name]


def base_release(data_root: Path | None, folder: Path) -> Release:
    """Return the champion of a volume, or of a small one that is made here."""
    if data_root is None:
        (folder / "clicks").mkdir()
        write_clicks(folder / "clicks")
        return Registry(publish_small_release(folder / "clicks", folder / "data").releases).open()
    volume = Volume(data_root / "news")
    if Registry(volume.releases).find() is None:
        raise SettingsError("no release serves there", where=str(data_root), remedy="give another data root")
    return Registry(volume.releases).open()
