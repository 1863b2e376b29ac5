"""Folder layout of the shared volume."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from script_shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Volume:
    """The folders of one domain, in the order in which data flows through them."""

    root: Path

    @classmethod
    def from_settings(cls, settings: Settings) -> Volume:
        """Return the volume of the settings' domain."""
        return cls(settings.data_root / settings.domain)

    @property
    def downloads(self) -> Path:
        """Incomplete downloads; empty when no download runs."""
        return self.root / "downloads"

    @property
    def raw(self) -> Path:
        """Source files as they were provided, one partition per run."""
        return self.root / "raw"

    @property
    def refined(self) -> Path:
        """Validated tables and quarantined rows, one partition per run."""
        return self.root / "refined"

    @property
    def encoded(self) -> Path:
        """Tables as arrays and texts as vectors, one partition per run."""
        return self.root / "encoded"

    @property
    def segments(self) -> Path:
        """The segment of each user, one partition per run."""
        return self.root / "segments"

    @property
    def artifacts(self) -> Path:
        """Trained models, one partition per run and segment."""
        return self.root / "artifacts"

    @property
    def releases(self) -> Path:
        """Immutable releases and their aliases."""
        return self.root / "releases"

    @property
    def runs(self) -> Path:
        """Time and memory of each stage of each run."""
        return self.root / "runs"

    @property
    def events(self) -> Path:
        """Event log, inference log and archive of events."""
        return self.root / "events"

    @property
    def evaluation(self) -> Path:
        """Metrics of all runs; predictions and report, one partition per run."""
        return self.root / "evaluation"
