"""The synthetic source: files in the WebMedia form, made instead of fetched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.domains.news.sources.synthetic import generate
from pipelines.domains.news.sources.webmedia import Webmedia
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import SettingsError


@dataclass(slots=True)
class Synthetic(Webmedia):
    """Generates reads at a scale; 1.0 is the size of the published data."""

    name: str = "synthetic"

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return no file: none is needed."""
        return []

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Generate the files at their published places, and `synthetic.json`, which tells what is in them.

        Args:
            uri: not used.
            scale: share of the published size, above 0 and at most 10.
            folder: an empty folder; the same scale gives the same bytes.

        Raises:
            SettingsError: the scale is out of range.
        """
        try:
            generate(folder, scale=scale)
        except ValueError as cause:
            raise SettingsError(str(cause), where="scale", remedy="give 0.01 for a try, 1 for all") from cause
