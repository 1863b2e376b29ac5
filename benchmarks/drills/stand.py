"""A volume with a release, replicas over it, and what is found in the log afterwards."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.drills.load import Load
from script_shared.events.factory import open_log
from script_shared.releases.registry import CHAMPION, Registry
from script_shared.releases.store import Release
from script_shared.storage.partitions import set_alias
from tests.support.editions import publish_edition, registry_at
from tests.support.events import follow
from tests.support.servers import serving, until, until_ready

REFUSED = 'manchete_release_loads_total{outcome="refused"}'


@dataclass
class Replica:
    """One process and a client of it."""

    process: subprocess.Popen[bytes]
    client: httpx.Client

    @property
    def port(self) -> int:
        return int(self.client.base_url.port or 0)

    def health(self) -> dict[str, Any]:
        return dict(self.client.get("/health").json())

    def metric(self, name: str) -> float:
        """Return a metric's value, labels written as Prometheus has them."""
        lines = self.client.get("/metrics").text.splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).rpartition(" ")[2])


class Stand:
    """Everything that a drill needs.

    Args:
        root: an empty folder.
        base: the release that all others are editions of.
        events_url: where the log is; empty for SQLite below the folder.
    """

    def __init__(self, root: Path, base: Release, events_url: str = "") -> None:
        self.root, self.events_url = root, events_url
        self.registry: Registry = registry_at(root)
        shutil.copytree(base.folder, self.registry.folder / base.id)
        self.base = self.registry.get(base.id)
        self._stack = ExitStack()

    def __enter__(self) -> Stand:
        self.publish("first")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def publish(self, name: str, **changes: Any) -> str:
        """Make an edition of the release the champion; it is served by the wall clock."""
        release: Release = publish_edition(self.registry, self.base, name, **{"replay": False} | changes)
        return release.id

    def write(self, name: str) -> str:
        """Write an edition; the name of the champion stays where it was."""
        before = self.registry.find()
        release = self.publish(name)
        if before is not None:
            set_alias(self.registry.folder, CHAMPION, before)
        return release

    def replica(self, **options: Any) -> Replica:
        """Start one more replica, and wait until it is ready; the options are those of `serving`."""
        told = {"events_url": self.events_url} | options
        opened = serving(self.root, self.root / "log", **told)
        process, client = self._stack.enter_context(opened)
        until_ready(client)
        return Replica(process, client)

    def logged(self) -> list[str]:
        """Return the ids of all events in the log, in its order."""
        with closing(open_log(self.events_url, self.root / "news" / "events")) as log:
            return [event.event_id for _, event in follow(log, limit=10_000)]


def lost(stand: Stand, load: Load) -> int:
    """Return how many acknowledged events the log does not hold."""
    return len(set(load.seen.acknowledged) - set(stand.logged()))


def serves(replica: Replica, release: str) -> None:
    """Wait until a replica serves a release."""
    until(lambda: replica.health().get("release") == release, f"{release} is served")
