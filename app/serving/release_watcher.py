"""Watches the registry: checks, tests and serves a new champion, and rejects a broken one."""

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
from script_shared.errors import MancheteError, ReleaseStoreError
from script_shared.releases.base import ReleaseRegistry
from script_shared.releases.state import CHAMPION

_LOG = structlog.get_logger(__name__)
#: A rejected release is loaded again after so many seconds: it may have been repaired.
RETRY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class RejectedRelease:
    """A release that cannot be used.

    Attributes:
        release: its id; None when the champion's name cannot be read.
        reason: why it cannot be used.
        retry_at: when it is loaded again, by `time.monotonic`.
    """

    release: str | None
    reason: str
    retry_at: float

    def __str__(self) -> str:
        if self.release is None:
            return f"the champion is unknown: {self.reason}"
        return f"release {self.release} was refused: {self.reason}"


class LoadOptions(NamedTuple):
    """How a release is loaded.

    Attributes:
        clock: overrides the release's clock.
        verify: whether the sha-256 of every file is checked.
        cached_results: how many recommendations the engine caches.
    """

    clock: Clock | None = None
    verify: bool = True
    cached_results: int = 0


class ReleaseWatcher:
    """Serves the champion, and looks for a new one in a background thread.

    Args:
        registry: names the champion.
        domain_api: the API of the domain that is served.
        telemetry: counts loaded and rejected releases.
        event_consumer: applies the event log to a release before it is served.
        options: how a release is loaded.

    Attributes:
        alias: the name in the registry, `champion` or `challenger`.
        release_or_none: the release that is served; None when there is none.
        rejected: the release that should be served and was rejected; None when there is none.
    """

    alias = CHAMPION

    def __init__(
        self,
        registry: ReleaseRegistry,
        domain_api: DomainApi,
        telemetry: Telemetry,
        event_consumer: EventConsumer,
        options: LoadOptions,
    ) -> None:
        self.registry, self.telemetry = registry, telemetry
        self._domain_api, self._event_consumer, self._options = domain_api, event_consumer, options
        self.release_or_none: LoadedRelease | None = None
        self._loading: str | None = None
        self.rejected: RejectedRelease | None = None
        self._refresh_lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, poll_seconds: float) -> None:
        """Refresh now and every `poll_seconds`, in the background."""
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._poll, args=(poll_seconds,), name=f"releases-{self.alias}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop the background thread and wait for its end."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    @property
    def release(self) -> LoadedRelease:
        """The release that is served.

        Raises:
            NotReadyError: no release is served yet; says why.
        """
        if self.release_or_none is None:
            raise self._not_ready()
        return self.release_or_none

    def refresh(self, *, retry_now: bool = False) -> None:
        """Serve the wanted release if it is new; on any error keep the current one and store the reason.

        Args:
            retry_now: whether a release that was rejected less than `RETRY_SECONDS` ago is loaded again.
        """
        with self._refresh_lock:
            release_id: str | None = None
            try:
                release_id = self.find_wanted()
                if release_id is None:
                    self.handle_missing()
                elif self._should_load(release_id, retry_now):
                    self.activate(self._load(release_id))
            except ReleaseStoreError as error:
                self._wait_for_store(release_id, error)
            except MancheteError as error:
                self._reject(release_id, self._relative(error.where) + error.what, error)
            except Exception as error:  # noqa: BLE001 - whatever a release raises, the current one is kept
                self._reject(release_id, f"{type(error).__name__} while it was loaded", error)

    def find_wanted(self) -> str | None:
        """Return the id of the release to serve; None when there is none."""
        return self.registry.find()

    def handle_missing(self) -> None:
        """Keep the current champion when the registry names none."""

    def activate(self, release: LoadedRelease) -> None:
        """Serve a loaded release in place of the current one."""
        self._event_consumer.switch(release, self._replace)

    def report_loaded(self, release: LoadedRelease) -> None:
        """Report a release that is served from now on to the metrics."""
        self.telemetry.describe_release(release.manifest, release.evaluation, release.coverage)

    def count_rejected(self) -> None:
        """Count a release that cannot be used."""
        self.telemetry.count_rejected_release()

    def _poll(self, poll_seconds: float) -> None:
        while True:
            self.refresh()
            if self._stopped.wait(poll_seconds):
                return

    def _should_load(self, release_id: str, retry_now: bool) -> bool:
        if self.release_or_none is not None and self.release_or_none.id == release_id:
            self.rejected = None
            return False
        rejected = self.rejected
        if retry_now or rejected is None or rejected.release != release_id:
            return True
        return time.monotonic() > rejected.retry_at

    def _load(self, release_id: str) -> LoadedRelease:
        self._loading = release_id
        try:
            clock, verify, cached_results = self._options
            release = self.registry.get(release_id, verify)
            return LoadedRelease.load(release, self._domain_api, clock, cached_results)
        finally:
            self._loading = None

    def _replace(self, release: LoadedRelease) -> None:
        self.release_or_none, self.rejected = release, None
        self.report_loaded(release)
        _LOG.info("release loaded", release=release.id, alias=self.alias, as_of_ms=release.manifest.as_of_ms)

    def _reject(self, release_id: str | None, reason: str, error: Exception) -> None:
        self.rejected = RejectedRelease(release_id, reason, time.monotonic() + RETRY_SECONDS)
        self.count_rejected()
        exc_info = None if isinstance(error, MancheteError) else error
        _LOG.error("release refused", release=release_id, reason=str(error), exc_info=exc_info)

    def _wait_for_store(self, release_id: str | None, error: ReleaseStoreError) -> None:
        """Keep the current release while the store cannot be read; the next poll tries again."""
        if self.rejected is None or self.rejected.reason != error.what:
            _LOG.error("store of releases unavailable", alias=self.alias, reason=str(error))
        self.rejected = RejectedRelease(release_id, error.what, time.monotonic())

    def _relative(self, where: str) -> str:
        """Return the path of a file below the releases' folder or address: clients need not know that."""
        for place in self.registry.places:
            path = where.removeprefix(f"{place}/")
            if path != where:
                return f"{path}: "
        return ""

    def _not_ready(self) -> NotReadyError:
        if self.rejected is not None:
            return NotReadyError(str(self.rejected), remedy="publish another release; the log says more")
        if self._loading is not None:
            what = f"release {self._loading} is being loaded"
            return NotReadyError(what, remedy="ask again in a few seconds")
        remedy = "run the training pipeline; what it publishes is served without a restart"
        return NotReadyError("no release has been published yet", remedy=remedy)
