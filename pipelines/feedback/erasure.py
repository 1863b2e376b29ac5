"""Readers who are to be forgotten: whatever files still hold of them is left out of every later run.

The list names nobody: of each id it keeps a keyed digest, and the key lies beside it, readable by its owner
alone. Without the key the list is worthless, and the readers would be back.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.feedback.event_frames import OFFSET
from script_shared.errors import MancheteError
from script_shared.storage.partitions import write_text_atomically

_LIST, _KEY = "readers.json", "key"


class Since(NamedTuple):
    """When a reader was forgotten: the place in the log, and the moment, ms UTC."""

    offset: int
    time_ms: int


class Forgotten:
    """The list of a domain.

    Args:
        folder: made when there is somebody to forget.

    Raises:
        MancheteError: there is a list, and its key is gone.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / _LIST
        told = json.loads(path.read_text()) if path.exists() else {}
        self._since = {digest: Since(*since) for digest, since in told.items()}
        self._key = self._read_key()

    def __len__(self) -> int:
        return len(self._since)

    def add(self, users: Mapping[str, Since]) -> None:
        """Put readers on the list, on disk; one who is on it already is forgotten again."""
        if not users:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._key = self._key or self._make_key()
        self._since |= {self._digest(user): since for user, since in users.items()}
        write_text_atomically(self._folder / _LIST, json.dumps(self._since))

    def keeps_events(self, events: pl.DataFrame) -> pl.Series:
        """Tell, of events, which came after their reader was forgotten last, or whose never was."""
        return events[OFFSET] > self._field(events["user_id"], "offset")

    def keeps_reads(self, interactions: pl.DataFrame) -> pl.Series:
        """Tell the same of reads without a place in the log, by their `timestamp`."""
        return interactions["timestamp"].to_physical() > self._field(interactions["user_id"], "time_ms")

    def _field(self, users: pl.Series, name: str) -> pl.Series:
        """Return a field of each reader's entry, -1 for those who are not on the list."""
        if not self._since:
            return pl.select(pl.repeat(-1, len(users), dtype=pl.Int64)).to_series()
        found = {user: self._since.get(self._digest(user)) for user in users.unique().to_list()}
        listed = {user: getattr(since, name) for user, since in found.items() if since}
        return users.replace_strict(list(listed), list(listed.values()), default=-1, return_dtype=pl.Int64)

    def _digest(self, user: str) -> str:
        return hashlib.blake2b(user.encode(), digest_size=16, key=self._key).hexdigest()

    def _read_key(self) -> bytes:
        path = self._folder / _KEY
        if path.exists():
            return bytes.fromhex(path.read_text())
        if self._since:
            what = "the key to the list of forgotten readers is gone"
            raise MancheteError(what, where=str(path), remedy="bring it back from a backup")
        return b""

    def _make_key(self) -> bytes:
        path = self._folder / _KEY
        path.touch(mode=0o600)
        key = secrets.token_bytes(32)
        path.write_text(key.hex())
        return key
