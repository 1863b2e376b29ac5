"""Watches the challenger, which is served beside the champion during an experiment."""

from __future__ import annotations

from app.serving.loaded_release import LoadedRelease
from app.serving.release_watcher import ReleaseWatcher
from script_shared.releases.state import CHALLENGER


class Challenger(ReleaseWatcher):
    """Serves the challenger; while `release_or_none` is None, all users get the champion.

    It is None before a champion is served, while both names refer to one release, and when the challenger
    cannot be used or cannot apply the events.

    Args:
        champion: the champion's watcher; the challenger is loaded with the same options.
    """

    alias = CHALLENGER

    def __init__(self, champion: ReleaseWatcher) -> None:
        consumer, options = champion._event_consumer, champion._options
        super().__init__(champion.registry, champion._domain_api, champion.telemetry, consumer, options)
        self._champion = champion

    def find_wanted(self) -> str | None:
        """Return the challenger's id, if another release is served as the champion."""
        release_id = self.registry.find(self.alias)
        if self._champion.release_or_none is None or release_id == self.registry.find():
            return None
        return release_id

    def handle_missing(self) -> None:
        """Serve no challenger: it was promoted, or the registry names none any more."""
        self._event_consumer.unsubscribe(self.alias)
        self.release_or_none = self.rejected = None
        self.telemetry.experiment.clear_challenger()

    def activate(self, release: LoadedRelease) -> None:
        """Serve a loaded release beside the champion."""
        self._event_consumer.switch(release, self._replace, self.alias, self._handle_lost)

    def report_loaded(self, release: LoadedRelease) -> None:
        """Report a challenger that is served from now on to the metrics."""
        self.telemetry.experiment.set_challenger(release.id)

    def count_rejected(self) -> None:
        """Count a challenger that cannot be used."""
        self.telemetry.experiment.count_rejected_challenger()

    def _handle_lost(self, error: Exception) -> None:
        """Serve no challenger: it has missed events."""
        release_id = self.release_or_none.id if self.release_or_none else None
        self.release_or_none = None
        self.telemetry.experiment.clear_challenger()
        self._reject(release_id, f"{type(error).__name__} while events were applied", error)
