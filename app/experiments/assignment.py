"""Which readers get the challenger."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

#: As many bits as a float holds.
_BITS = 53


@dataclass(frozen=True, slots=True)
class Assignment:
    """Draws the challenger's readers.

    Every reader has a place between 0 and 1: a hash of the id, keyed by the experiment's name. Those below
    the share get the challenger. So every replica says the same, and so it stays after a start; a larger
    share adds readers and moves none back; another name draws all of them anew.

    Attributes:
        experiment: its name, at most 64 bytes.
        share: of all readers with an id, from 0 to 1.
    """

    experiment: str
    share: float

    def place(self, user_id: str) -> float:
        """Return a reader's place, from 0 up to but not including 1."""
        digest = blake2b(user_id.encode(), digest_size=8, key=self.experiment.encode()).digest()
        return (int.from_bytes(digest) >> (64 - _BITS)) / 2**_BITS

    def picks(self, user_id: str) -> bool:
        """Tell whether a reader gets the challenger."""
        return self.place(user_id) < self.share
