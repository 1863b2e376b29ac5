"""The source `synthetic`: generates files in the format of `webmedia` and refines them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.domains.news.sources.synthetic.generator import generate
from pipelines.domains.news.sources.webmedia import WebmediaSource
from pipelines.ingest.raw_files import RawFile
from script_shared.errors import SettingsError


@dataclass(slots=True)
class SyntheticSource(WebmediaSource):
    """Generates reads at a scale; 1.0 is the size of the published data."""

    name: str = "synthetic"
    generated_bytes: int = 6 * 2**30

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return no file, because none is needed."""
        return []

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Generate the files in the published folders, and `synthetic.json` with the amount of noise in them.

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
            remedy = "give 0.01 for a small data set, 1 for the published size"
            raise SettingsError(str(cause), where="scale", remedy=remedy) from cause
