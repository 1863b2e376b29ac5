"""What must be removed from a log when a user is erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Erasure(NamedTuple):
    """A user who is erased.

    Attributes:
        pseudonyms: the user's names under the current key and older ones.
        item_id: the user's id where the user is an item, too: lists that contain it are removed. None where
            users are no items.
    """

    pseudonyms: Sequence[str]
    item_id: str | None = None
