"""Folder layout of the shared volume."""

from __future__ import annotations

from pathlib import Path

from script_shared.settings import Settings


class Volume:
    """The folders of one domain, in the order in which data flows through them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        #: Incomplete downloads; empty when no download runs.
        self.downloads = root / "downloads"
        #: Source files as they were provided, one partition per run.
        self.raw = root / "raw"
        #: Validated tables and quarantined rows, one partition per run.
        self.refined = root / "refined"
        #: Tables as arrays and texts as vectors, one partition per run.
        self.encoded = root / "encoded"
        #: The segment of each user, one partition per run.
        self.segments = root / "segments"
        #: Trained models, one partition per run and segment.
        self.artifacts = root / "artifacts"
        #: Immutable releases and their aliases.
        self.releases = root / "releases"
        #: Time and memory of each stage of each run.
        self.runs = root / "runs"
        #: Event log, inference log and archive of events.
        self.events = root / "events"
        #: Metrics of all runs; predictions and report, one partition per run.
        self.evaluation = root / "evaluation"
        #: Reports on the predictions of a day, one partition per day.
        self.monitoring = root / "monitoring"

    @classmethod
    def from_settings(cls, settings: Settings) -> Volume:
        """Return the volume of the settings' domain."""
        return cls(settings.data_root / settings.domain)
