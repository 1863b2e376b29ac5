"""The archive of the event log: one Parquet file for each range of offsets.

A file is named by the first and the last offset of its range. The log may be compacted once its events are
archived. The oldest files may be deleted at any time; the data then begins later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.feedback.event_frames import SCHEMA
from script_shared.storage.disk_space import translate_disk_full
from script_shared.storage.partitions import write_file_atomically

_NAME = re.compile(r"(\d{15})-(\d{15})\.parquet")


class ArchiveFile(NamedTuple):
    """A file of the archive and the last offset of its range."""

    path: Path
    last: int


class EventArchive:
    """Archived events in the order of the log, as frames of `SCHEMA`.

    Args:
        folder: created with the first file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self, until: int | None = None) -> list[ArchiveFile]:
        """Return the files in order, up to an offset if given."""
        paths = sorted(self._folder.glob("*.parquet")) if self._folder.is_dir() else []
        matches = [(path, match) for path in paths if (match := _NAME.fullmatch(path.name))]
        files = [ArchiveFile(path, int(match[2])) for path, match in matches]
        return [file for file in files if until is None or file.last <= until]

    def end(self) -> int:
        """Return the last archived offset, 0 if the archive is empty."""
        return max((file.last for file in self.files()), default=0)

    def add(self, events: pl.DataFrame, after: int, last: int) -> None:
        """Add the events of the log after an offset and up to another."""
        self._write(self._folder / f"{after + 1:015}-{last:015}.parquet", events)

    def retain(self, keep_mask: Callable[[pl.DataFrame], pl.Series]) -> int:
        """Remove all events for which the mask is false; return their number."""
        removed = 0
        for path, _ in self.files():
            events = pl.read_parquet(path)
            kept = events.filter(keep_mask(events))
            if kept.height < events.height:
                self._write(path, kept)
            removed += events.height - kept.height
        return removed

    def read(self, until: int) -> pl.DataFrame:
        """Return the events up to an offset; of events with the same id only the first."""
        parts = [pl.read_parquet(path) for path, _ in self.files(until)]
        return pl.concat([SCHEMA.to_frame(), *parts]).unique("event_id", keep="first", maintain_order=True)

    def fingerprint(self, until: int) -> str:
        """Return the sha-256 over names and contents of the files up to an offset."""
        digest = hashlib.sha256()
        for path, _ in self.files(until):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _write(self, path: Path, events: pl.DataFrame) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with translate_disk_full(self._folder):
            write_file_atomically(path, lambda draft: events.write_parquet(draft, compression="zstd"))
