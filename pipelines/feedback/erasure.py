"""The list of forgotten users, whose data every later run leaves out.

The list contains a keyed digest of each id instead of the id. The key is stored beside the list, readable by
its owner alone; without the key the list cannot be applied.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import polars as pl

from pipelines.feedback.event_frames import OFFSET
from script_shared.errors import MancheteError
from script_shared.storage.partitions import write_text_atomically

_LIST, _KEY = "users.json", "key"


class ErasurePoint(NamedTuple):
    """When a user was forgotten.

    Attributes:
        offset: the offset of the request in the event log.
        time_ms: the time of the request, ms UTC.
    """

    offset: int
    time_ms: int


class ForgottenUsers:
    """The list of forgotten users of a domain.

    Args:
        folder: created with the first entry.
        users_are_items: whether each user is an item, too, which is left out as well.

    Raises:
        MancheteError: the list exists, but its key is missing.
    """

    def __init__(self, folder: Path, *, users_are_items: bool = False) -> None:
        self._folder = folder
        self._columns = ("user_id", "item_id") if users_are_items else ("user_id",)
        path = folder / _LIST
        document = json.loads(path.read_text()) if path.exists() else {}
        self._points = {digest: ErasurePoint(*point) for digest, point in document.items()}
        self._key = self._read_key()

    def __len__(self) -> int:
        return len(self._points)

    def add(self, users: Mapping[str, ErasurePoint]) -> None:
        """Add users to the list and write it; a new entry replaces the old one of the same user."""
        if not users:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._key = self._key or self._create_key()
        self._points |= {self._digest(user): point for user, point in users.items()}
        write_text_atomically(self._folder / _LIST, json.dumps(self._points))

    def select(self, users: Sequence[str]) -> list[str]:
        """Return those of some users who are on the list, whatever was reported of them since."""
        return [user for user in users if self._digest(user) in self._points]

    def keep_events_mask(self, events: pl.DataFrame) -> pl.Series:
        """Return a mask of the events after the last request to forget their user, by log offset."""
        return events[OFFSET] > self._look_up_rows(events, "offset")

    def keep_interactions_mask(self, interactions: pl.DataFrame) -> pl.Series:
        """Return a mask of the interactions after the last request to forget their user, by timestamp."""
        return interactions["timestamp"].to_physical() > self._look_up_rows(interactions, "time_ms")

    def keep_items_mask(self, items: pl.DataFrame) -> pl.Series:
        """Return a mask of the items that are no forgotten users; those reported since come with events."""
        if len(self._columns) == 1:
            return pl.select(pl.repeat(value=True, n=items.height, dtype=pl.Boolean)).to_series()
        return self._look_up(items["item_id"], "offset") < 0

    def _look_up_rows(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return the newest field of the entries that concern each row, -1 for rows without any."""
        fields = [self._look_up(frame[column], name).alias(column) for column in self._columns]
        return pl.DataFrame(fields).select(pl.max_horizontal(pl.all())).to_series()

    def _look_up(self, users: pl.Series, name: str) -> pl.Series:
        """Return a field of each user's entry, -1 for users who are not on the list."""
        if not self._points:
            return pl.select(pl.repeat(-1, len(users), dtype=pl.Int64)).to_series()
        points = {user: self._points.get(self._digest(user)) for user in users.unique().to_list()}
        values = {user: getattr(point, name) for user, point in points.items() if point}
        return users.replace_strict(list(values), list(values.values()), default=-1, return_dtype=pl.Int64)

    def _digest(self, user: str) -> str:
        return hashlib.blake2b(user.encode(), digest_size=16, key=self._key).hexdigest()

    def _read_key(self) -> bytes:
        path = self._folder / _KEY
        if path.exists():
            return bytes.fromhex(path.read_text())
        if self._points:
            message = "the key of the list of forgotten users is missing"
            raise MancheteError(message, where=str(path), remedy="restore it from a backup")
        return b""

    def _create_key(self) -> bytes:
        path = self._folder / _KEY
        path.touch(mode=0o600)
        key = secrets.token_bytes(32)
        path.write_text(key.hex())
        return key
