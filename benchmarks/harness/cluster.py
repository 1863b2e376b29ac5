"""A data volume with releases, and replicas of the service that share it."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.harness.user_load import UserLoad
from script_shared.events.factory import open_log
from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.factory import open_registry
from script_shared.releases.object_store import ObjectStore
from script_shared.releases.store import Release
from script_shared.storage.volume import Volume
from tests.support.data.events import read_events
from tests.support.processes.api_process import run_api, wait_for, wait_until_ready
from tests.support.releases.release_copies import publish_copy, write_copy

DOMAIN = "news"
REJECTED_LOADS = 'manchete_release_loads_total{outcome="refused"}'


@dataclass
class Replica:
    """A process of the service and an HTTP client for it."""

    process: subprocess.Popen[bytes]
    client: httpx.Client

    @property
    def port(self) -> int:
        """The port of the service."""
        return int(self.client.base_url.port or 0)

    def health(self) -> dict[str, Any]:
        """Return the body of GET /health."""
        return dict(self.client.get("/health").json())

    def metric(self, name: str) -> float:
        """Return the value of a metric; labels are part of the name, in Prometheus' notation."""
        lines = self.client.get("/metrics").text.splitlines()
        return float(next(line for line in lines if line.startswith(f"{name} ")).rpartition(" ")[2])

    def wait_for_release(self, release: str) -> None:
        """Wait until the replica serves a release."""
        wait_for(lambda: self.health().get("release") == release, f"{release} is served")


def open_cluster_registry(root: Path, releases_url: str) -> ReleaseRegistry:
    """Open the registry of a cluster in a process of the publishers' machine."""
    url = f"{releases_url}/{DOMAIN}" if releases_url else ""
    return open_registry(Volume(root / DOMAIN, url))


def _flip_last_bit(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


class Cluster:
    """Replicas over one volume and one event log.

    Args:
        root: an empty folder.
        base: the release that all others are copies of.
        events_url: of the event log; empty for SQLite below the folder.
        releases_url: of an object store with the releases; empty for a folder below `root`.
    """

    def __init__(self, root: Path, base: Release, events_url: str = "", releases_url: str = "") -> None:
        self.root, self.events_url, self.releases_url = root, events_url, releases_url
        self.registry = open_cluster_registry(root, releases_url)
        self.base: Release = write_copy(self.registry, base, None)
        self._stack = ExitStack()

    def __enter__(self) -> Cluster:
        self.publish("first")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def publish(self, name: str, **facts: Any) -> str:
        """Publish a copy of the base release as champion, served with the wall clock; return its id."""
        release: Release = publish_copy(self.registry, self.base, name, **{"replay": False} | facts)
        return release.id

    def write(self, name: str) -> str:
        """Write a copy of the base release and leave the champion unchanged; return its id."""
        release: Release = write_copy(self.registry, self.base, name, replay=False)
        return release.id

    def damage(self, release_id: str, name: str) -> None:
        """Flip the last bit of a stored file of a release."""
        if self.releases_url:
            store, path = ObjectStore.open(f"{self.releases_url}/{DOMAIN}"), f"{release_id}/{name}"
            stored = store.read(path)
            assert stored is not None
            store.write(path, _flip_last_bit(stored.content))
        else:
            file = self.root / DOMAIN / "releases" / release_id / name
            file.write_bytes(_flip_last_bit(file.read_bytes()))

    def start_replica(self, **options: Any) -> Replica:
        """Start a replica and wait until it is ready; the options are those of `serving`."""
        settings = {"events_url": self.events_url} | options
        if self.releases_url:
            # The replica is on another machine than the publishers, whose copies are always intact.
            cache = self.root / "cache-of-replicas"
            settings |= {"releases_url": self.releases_url, "releases_cache": cache}
        process, client = self._stack.enter_context(run_api(self.root, self.root / "log", **settings))
        wait_until_ready(client)
        return Replica(process, client)

    def logged_events(self) -> list[str]:
        """Return the ids of all events in the log, in order."""
        with closing(open_log(self.events_url, self.root / "news" / "events")) as log:
            return [event.event_id for _, event in read_events(log, limit=10_000)]

    def count_lost(self, load: UserLoad) -> int:
        """Return the number of acknowledged events that the log does not contain."""
        return len(set(load.result.acknowledged) - set(self.logged_events()))
