"""Why an item is recommended: neutral names of reasons, which a domain's API maps to its texts."""

from __future__ import annotations

from typing import Final, NamedTuple

from script_shared.vocabulary import UNKNOWN

#: The item is popular now.
TRENDING: Final = "trending"
#: The item follows one that the user interacted with: users continue with it, or its text is similar.
FOLLOWS_ITEM: Final = "follows_item"
#: Similar users interact with the item.
SIMILAR_USERS: Final = "similar_users"
#: The item is more popular in the request's context than elsewhere.
CONTEXT: Final = "context"
#: The item is new.
NEW: Final = "new"
#: The user prefers the item's category.
CATEGORIES: Final = "categories"
#: No feature supports the item: it fills the list.
CATALOGUE: Final = "catalogue"
#: All reasons of components; of equal contributions the first reason wins.
REASONS = (TRENDING, FOLLOWS_ITEM, SIMILAR_USERS, CONTEXT, NEW, CATEGORIES)


class Reason(NamedTuple):
    """Why an item is recommended.

    Attributes:
        name: one of the names of this module.
        source: for `FOLLOWS_ITEM`, the position of the item that the user interacted with.
    """

    name: str
    source: int = UNKNOWN
