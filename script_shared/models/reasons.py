"""Why an item is in a list: the names that answers give, and the read that an item follows from."""

from __future__ import annotations

from typing import Final, NamedTuple

from script_shared.vocabulary import UNKNOWN

TRENDING: Final = "trending"
BECAUSE_YOU_READ: Final = "because_you_read"
READERS_LIKE_YOU: Final = "readers_like_you"
NEAR_YOU: Final = "near_you"
NEW: Final = "new"
YOUR_SECTIONS: Final = "your_sections"
#: Nothing speaks for the item: it fills the list.
CATALOGUE: Final = "catalogue"


class Reason(NamedTuple):
    """Why an item is in a list.

    Attributes:
        name: one of the names of this module.
        source: position of the item that the reader read, for `BECAUSE_YOU_READ`.
    """

    name: str
    source: int = UNKNOWN
