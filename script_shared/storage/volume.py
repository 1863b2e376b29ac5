"""The shared volume: one folder for each step from raw files to events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from script_shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Volume:
    """The folders of one domain below the data root, in the order data flows through them."""

    root: Path

    @classmethod
    def of(cls, settings: Settings) -> Volume:
        """Return the volume that the settings name."""
        return cls(settings.data_root / settings.domain)

    @property
    def downloads(self) -> Path:
        """Files that are being fetched; none stays when all is done."""
        return self.root / "downloads"

    @property
    def raw(self) -> Path:
        """Files as the publisher gave them, one partition a run."""
        return self.root / "raw"

    @property
    def refined(self) -> Path:
        """Typed, checked tables with their quarantine, one partition a run."""
        return self.root / "refined"

    @property
    def encoded(self) -> Path:
        """The tables as arrays and the texts as vectors, one partition a run."""
        return self.root / "encoded"

    @property
    def segments(self) -> Path:
        """Which reader belongs to which segment, one partition a run."""
        return self.root / "segments"

    @property
    def artifacts(self) -> Path:
        """Trained models, one partition a run and segment."""
        return self.root / "artifacts"

    @property
    def releases(self) -> Path:
        """Immutable releases and the aliases that name them."""
        return self.root / "releases"

    @property
    def runs(self) -> Path:
        """What each stage of each run cost."""
        return self.root / "runs"

    @property
    def events(self) -> Path:
        """Live reads."""
        return self.root / "events"

    @property
    def evaluation(self) -> Path:
        """Metrics of all runs; predictions and report, one partition a run."""
        return self.root / "evaluation"
