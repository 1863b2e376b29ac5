"""Follows the champion: loads a release when its name changes, keeps the old one when it is broken."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
import structlog

from app.errors import NotReadyError
from script_shared.domain import Domain
from script_shared.errors import MancheteError
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.releases.store import Release
from script_shared.volume import Volume

_LOG = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A loaded release: its engine, what is known of each item, and its evaluation."""

    engine: Engine
    catalogue: list[dict[str, Any]]
    metrics: list[dict[str, Any]]


class Follower:
    """Holds what is being served, and looks for a new champion in a thread of its own."""

    def __init__(self, volume: Volume, domain: Domain, poll_seconds: float) -> None:
        self._registry, self._domain, self._poll = Registry(volume.releases), domain, poll_seconds
        self._served: Served | None = None
        self._reason = "no release has been published yet"
        self._refused: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="releases", daemon=True)

    def start(self) -> None:
        """Look once, then go on looking in the background."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    @property
    def served(self) -> Served:
        """What is being served.

        Raises:
            NotReadyError: nothing is yet; tells why.
        """
        if self._served is None:
            raise NotReadyError(self._reason)
        return self._served

    def look(self) -> None:
        """Load the champion if it is a new one; a broken one is refused and named in the log."""
        name = None
        try:
            name = self._registry.find()
            if name is None or name in (self._refused, self._served and self._served.engine.release.id):
                return
            self._served = _load(self._registry.get(name), self._domain)
            _LOG.info("release loaded", release=name)
        except (MancheteError, OSError) as error:
            self._refused, self._reason = name, f"the newest release cannot be used: {error}"
            _LOG.error("release refused", release=name, reason=str(error))

    def _follow(self) -> None:
        while not self._stop.wait(self._poll):
            self.look()


def _load(release: Release, domain: Domain) -> Served:
    catalogue = pq.read_table(release.path("catalogue.parquet")).to_pylist()
    return Served(Engine.load(release, domain), catalogue, release.json("evaluation.json"))
