"""The synthetic source: files in the WebMedia form, made instead of fetched."""

from __future__ import annotations

from pathlib import Path

from pipelines.domains.news.sources.synthetic import generate
from pipelines.domains.news.sources.webmedia import Webmedia


class Synthetic(Webmedia):
    """Generates reads at a scale; 1.0 is the size of the published data."""

    name = "synthetic"

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Generate the files and lay them flat."""
        made = generate(folder / "generated", scale=scale)
        for file in (*made.train, *made.items, made.validation):
            file.rename(folder / file.name)
