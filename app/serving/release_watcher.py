"""Follows the champion: a new release is checked, tried and swapped in; a broken one is refused."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import NamedTuple

import structlog

from app.domains.base import DomainApi
from app.errors import NotReadyError
from app.metrics.telemetry import Telemetry
from app.serving.event_consumer import EventConsumer
from app.serving.loaded_release import LoadedRelease
from script_shared.clock import Clock
from script_shared.errors import MancheteError
from script_shared.releases.registry import CHAMPION, Registry

_LOG = structlog.get_logger(__name__)
#: A refused release is looked at again after so many seconds: it may have been written anew.
RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RejectedRelease:
    """A release that could not be used, and why; `release` is None where not even its name could be read."""

    release: str | None
    reason: str
    until: float

    def __str__(self) -> str:
        return f"{f'release {self.release}' if self.release else 'the champion'} was refused: {self.reason}"


class LoadOptions(NamedTuple):
    """How a release is loaded.

    Attributes:
        clock: overrides the release's own.
        verify: whether every file's content is checked.
        ahead: how many lists are kept to be given again while they hold.
    """

    clock: Clock | None = None
    verify: bool = True
    ahead: int = 0


class ReleaseWatcher:
    """Holds what is served, and looks for a new champion in a thread of its own.

    Args:
        registry: names the champion.
        endpoint: what to serve.
        telemetry: is told of every load and refusal.
        tail: brings a release up to the end of the event log before it is served.
        loading: how a release is loaded.

    Attributes:
        alias: the name that it follows.
    """

    alias = CHAMPION

    def __init__(
        self,
        registry: Registry,
        endpoint: DomainApi,
        telemetry: Telemetry,
        tail: EventConsumer,
        loading: LoadOptions,
    ) -> None:
        self.registry, self.endpoint, self._tail = registry, endpoint, tail
        self.telemetry, self._how = telemetry, loading
        self._served: LoadedRelease | None = None
        self._loading: str | None = None
        self._refusal: RejectedRelease | None = None
        self._looking = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, poll_seconds: float) -> None:
        """Look now and every so many seconds, in the background."""
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._follow, args=(poll_seconds,), name=f"releases-{self.alias}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop looking; waits for a look under way."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def served(self) -> LoadedRelease:
        """What is served now.

        Raises:
            NotReadyError: nothing is yet; says why.
        """
        if self._served is None:
            raise self._not_ready()
        return self._served

    @property
    def found(self) -> LoadedRelease | None:
        """What is served now, None where nothing is."""
        return self._served

    @property
    def refusal(self) -> RejectedRelease | None:
        """The release that is wanted, where it had to be refused."""
        return self._refusal

    def look(self, *, patient: bool = True) -> None:
        """Serve what is wanted if it is new; on any fault keep what is served and remember why.

        Args:
            patient: leave what was refused alone for `RETRY_SECONDS`.
        """
        with self._looking:
            name: str | None = None
            try:
                name = self.wanted()
                if name is None:
                    self.leave()
                elif self._is_news(name, patient):
                    self.put(self._load(name))
            except MancheteError as error:
                self._refuse(name, self._within(error.where) + error.what, error)
            except Exception as error:  # noqa: BLE001 - whatever a release does, the old one goes on
                self._refuse(name, f"{type(error).__name__} while it was loaded", error)

    def wanted(self) -> str | None:
        """Return the release that is to be served; None where none is."""
        return self.registry.find()

    def leave(self) -> None:
        """Do what is to be done where nothing is wanted: a champion that has lost its name stays."""

    def put(self, served: LoadedRelease) -> None:
        """Put a loaded release in its place."""
        self._tail.switch(served, self._swap)

    def _follow(self, poll_seconds: float) -> None:
        while True:
            self.look()
            if self._stopped.wait(poll_seconds):
                return

    def _is_news(self, name: str, patient: bool) -> bool:
        if self._served is not None and self._served.release.id == name:
            self._refusal = None
            return False
        refusal = self._refusal
        if not patient or refusal is None or refusal.release != name:
            return True
        return time.monotonic() > refusal.until

    def _load(self, name: str) -> LoadedRelease:
        self._loading = name
        try:
            release = self.registry.get(name, self._how.verify)
            return LoadedRelease.load(release, self.endpoint, self._how.clock, self._how.ahead)
        finally:
            self._loading = None

    def _swap(self, served: LoadedRelease) -> None:
        self._served, self._refusal = served, None
        self.announce(served)
        manifest = served.release.manifest
        _LOG.info("release loaded", release=manifest.release_id, alias=self.alias, as_of_ms=manifest.as_of_ms)

    def announce(self, served: LoadedRelease) -> None:
        """Tell of what is served from now on."""
        self.telemetry.describe_release(served.release.manifest, served.evaluation, served.coverage)

    def count_refusal(self) -> None:
        """Tell that a release could not be used."""
        self.telemetry.count_rejected_release()

    def _refuse(self, name: str | None, reason: str, error: Exception) -> None:
        self._refusal = RejectedRelease(name, reason, time.monotonic() + RETRY_SECONDS)
        self.count_refusal()
        known = isinstance(error, MancheteError)
        _LOG.error("release refused", release=name, reason=str(error), exc_info=None if known else error)

    def _within(self, where: str) -> str:
        """Name the file from the releases' folder on: clients need not know where that lies."""
        inside = where.removeprefix(f"{self.registry.folder}/")
        return f"{inside}: " if inside != where else ""

    def _not_ready(self) -> NotReadyError:
        if self._refusal is not None:
            return NotReadyError(str(self._refusal), remedy="publish another release; the log says more")
        if self._loading is not None:
            return NotReadyError(
                f"release {self._loading} is being loaded", remedy="ask again in a few seconds"
            )
        remedy = "run the training pipeline; what it publishes is served without a restart"
        return NotReadyError("no release has been published yet", remedy=remedy)
