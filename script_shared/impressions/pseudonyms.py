"""Pseudonyms of users, which cannot be reversed without the key."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

#: Bytes of the 32-byte digest: the first are the name, the last the sampling value.
_NAME_BYTES, _SAMPLING_BYTES = 16, 6


class Pseudonym(NamedTuple):
    """A user's name in the inference log, and a value in [0, 1) by which users are sampled."""

    name: str
    sampling_value: float


class Pseudonyms:
    """Keyed hashes of user ids (HMAC-SHA-256).

    Args:
        keys: the current key, then older ones, under which users may still be in the log.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def __bool__(self) -> bool:
        """Return whether there is a key."""
        return bool(self._keys)

    def derive(self, user_id: str) -> Pseudonym:
        """Derive a user's pseudonym from the current key; it changes with the key only."""
        digest = hmac.digest(self._keys[0], user_id.encode(), "sha256")
        value = int.from_bytes(digest[-_SAMPLING_BYTES:]) / 256**_SAMPLING_BYTES
        return Pseudonym(digest[:_NAME_BYTES].hex(), value)

    def derive_names(self, user_id: str) -> list[str]:
        """Derive a user's name from every key."""
        message = user_id.encode()
        return [hmac.digest(key, message, "sha256")[:_NAME_BYTES].hex() for key in self._keys]
