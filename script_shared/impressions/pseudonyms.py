"""Names of readers that nobody can turn back without the key."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

#: Of the digest's 32 bytes the first 16 are the name, the last 6 the reader's place.
_NAME, _PLACE = 16, 6


class Pseudonym(NamedTuple):
    """A reader's name in the log, and its place between 0 and 1 by which readers are sampled."""

    name: str
    place: float


class Pseudonyms:
    """Keyed hashes of readers' ids (HMAC-SHA-256).

    Args:
        keys: the first names readers; the others are older ones, under which readers may still be found.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = [key.encode() for key in keys]

    def __bool__(self) -> bool:
        """Tell whether there is a key at all."""
        return bool(self._keys)

    def of(self, user_id: str) -> Pseudonym:
        """Return the name of a reader, and the place that the reader keeps for as long as the key."""
        digest = hmac.digest(self._keys[0], user_id.encode(), "sha256")
        return Pseudonym(digest[:_NAME].hex(), int.from_bytes(digest[-_PLACE:]) / 256**_PLACE)

    def all_of(self, user_id: str) -> list[str]:
        """Return every name that a reader may have in the log."""
        told = user_id.encode()
        return [hmac.digest(key, told, "sha256")[:_NAME].hex() for key in self._keys]
