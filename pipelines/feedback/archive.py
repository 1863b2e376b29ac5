"""What was taken out of the event log for good: a Parquet file for each stretch of it.

Files are named by the first and the last offset that they speak for, so that the log may be compacted and
the next run still has all of it. The oldest may be deleted at any time: the data then begins later.
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


class Stretch(NamedTuple):
    """A file and the last offset that it speaks for."""

    path: Path
    last: int


class Archive:
    """Events in the order of the log, as tables of the columns of `SCHEMA`.

    Args:
        folder: made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def stretches(self, until: int | None = None) -> list[Stretch]:
        """Return the files in their order, those up to an offset or all."""
        found = sorted(self._folder.glob("*.parquet")) if self._folder.is_dir() else []
        named = [(path, name) for path in found if (name := _NAME.fullmatch(path.name))]
        stretches = [Stretch(path, int(name[2])) for path, name in named]
        return [each for each in stretches if until is None or each.last <= until]

    def end(self) -> int:
        """Return the newest offset, 0 where there is none."""
        return max((each.last for each in self.stretches()), default=0)

    def add(self, events: pl.DataFrame, after: int, last: int) -> None:
        """Keep what the log holds after an offset, up to another."""
        self._write(self._folder / f"{after + 1:015}-{last:015}.parquet", events)

    def keep(self, is_kept: Callable[[pl.DataFrame], pl.Series]) -> int:
        """Take out, of all files, the events that a test does not keep; return how many."""
        gone = 0
        for path, _ in self.stretches():
            events = pl.read_parquet(path)
            kept = events.filter(is_kept(events))
            if kept.height < events.height:
                self._write(path, kept)
            gone += events.height - kept.height
        return gone

    def read(self, until: int) -> pl.DataFrame:
        """Return the events up to an offset; of those with one id the first."""
        parts = [pl.read_parquet(path) for path, _ in self.stretches(until)]
        return pl.concat([SCHEMA.to_frame(), *parts]).unique("event_id", keep="first", maintain_order=True)

    def fingerprint(self, until: int) -> str:
        """Return the sha-256 over names and contents of the files up to an offset."""
        digest = hashlib.sha256()
        for path, _ in self.stretches(until):
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _write(self, path: Path, events: pl.DataFrame) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with translate_disk_full(self._folder):
            write_file_atomically(path, lambda draft: events.write_parquet(draft, compression="zstd"))
