"""Folder layout of the shared volume."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from script_shared.settings import Settings

_FILE = "file://"


class Volume:
    """The folders of one domain, in the order in which data flows through them.

    Args:
        root: of the folders.
        releases_url: where releases are stored instead of a folder of the root; `file`, `s3`, `gs` or `az`.
        release_cache: folder of local copies of releases on an object store; by default one of the root.
    """

    def __init__(self, root: Path, releases_url: str = "", release_cache: Path | None = None) -> None:
        self.root = root
        is_folder = releases_url.startswith(_FILE)
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
        self.releases = Path(url2pathname(urlsplit(releases_url).path)) if is_folder else root / "releases"
        #: Address of the releases on an object store; empty if they are in the folder.
        self.releases_url = "" if is_folder else releases_url
        #: Copies of releases on an object store.
        self.release_cache = release_cache or root / "release-cache"
        #: Time and memory of each stage of each run.
        self.runs = root / "runs"
        #: Event log, inference log and archive of events.
        self.events = root / "events"
        #: Metrics of all runs; predictions and report, one partition per run.
        self.evaluation = root / "evaluation"
        #: Reports on the predictions of a day, one partition per day.
        self.monitoring = root / "monitoring"

    @classmethod
    def from_settings(cls, settings: Settings, domain: str = "") -> Volume:
        """Return the volume of a domain, by default that of the settings."""
        name = domain or settings.domain
        url = f"{settings.releases_url.rstrip('/')}/{name}" if settings.releases_url else ""
        cache = Path(settings.releases_cache) / name if settings.releases_cache else None
        return cls(settings.data_root / name, url, cache)
