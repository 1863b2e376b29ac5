"""Follows the challenger, which answers beside the champion while an experiment runs."""

from __future__ import annotations

from app.domains.base import DomainApi
from app.serving.event_consumer import EventConsumer
from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import LoadOptions, ReleaseWatcher
from script_shared.releases.registry import CHALLENGER


class Challenger(ReleaseWatcher):
    """Holds the challenger while there is one: what `found` is None leaves all readers to the champion.

    There is none before the champion is served, none where both names stand for one release, and none when it
    cannot be used or can no longer follow the events.

    Args:
        champion: beside which it answers.
        endpoint: what to serve.
        tail: brings it up to the end of the event log, and keeps it there.
        loading: how a release is loaded.
    """

    alias = CHALLENGER

    def __init__(
        self,
        champion: ReleaseWatcher,
        endpoint: DomainApi,
        tail: EventConsumer,
        loading: LoadOptions,
    ) -> None:
        super().__init__(champion.registry, endpoint, champion.telemetry, tail, loading)
        self._champion = champion

    def wanted(self) -> str | None:
        """Return the challenger, once there is a champion that is another release."""
        name = self.registry.find(self.alias)
        return None if self._champion.found is None or name == self.registry.find() else name

    def leave(self) -> None:
        """Serve none: it was promoted, or its name was taken away."""
        self._tail.leave(self.alias)
        self._served = self._refusal = None
        self.telemetry.experiment.clear_challenger()

    def put(self, served: LoadedRelease) -> None:
        """Put a loaded release beside the champion."""
        self._tail.switch(served, self._swap, self.alias, self._lost)

    def announce(self, served: LoadedRelease) -> None:
        """Tell of what is served from now on."""
        self.telemetry.experiment.set_challenger(served.release.id)

    def count_refusal(self) -> None:
        """Tell that a challenger could not be used."""
        self.telemetry.experiment.count_rejected_challenger()

    def _lost(self, error: Exception) -> None:
        """Leave its readers to the champion: it has missed events."""
        name = self._served.release.id if self._served else None
        self._served = None
        self.telemetry.experiment.clear_challenger()
        self._refuse(name, f"{type(error).__name__} while events were folded in", error)
