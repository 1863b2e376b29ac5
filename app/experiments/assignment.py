"""Assigns users to the variants of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

#: As many bits as a float has.
_BITS = 53


@dataclass(frozen=True, slots=True)
class Assignment:
    """Assigns a share of the users to the challenger.

    A hash of the user's id, keyed by the experiment's name, gives every user a number from 0 to 1; users
    below the share get the challenger. All replicas therefore agree, also after a restart; a larger share
    adds users and removes none; another name assigns all users independently.

    Attributes:
        experiment: its name, at most 64 bytes.
        share: share of all users with an id, from 0 to 1.
    """

    experiment: str
    share: float

    def hash_user(self, user_id: str) -> float:
        """Return a user's number, from 0 up to but not including 1."""
        digest = blake2b(user_id.encode(), digest_size=8, key=self.experiment.encode()).digest()
        return (int.from_bytes(digest) >> (64 - _BITS)) / 2**_BITS

    def is_challenger(self, user_id: str) -> bool:
        """Tell whether a user gets the challenger."""
        return self.hash_user(user_id) < self.share
