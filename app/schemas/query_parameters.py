"""Bounded query parameters: short, without control characters.

A description states what is accepted: it is also the remedy in the problem that an invalid value causes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query
from pydantic import AfterValidator

from app.schemas.fields import MAX_ID, MAX_VALUE, PRINTABLE

MAX_RECENT = 50
MAX_EXCLUDED = 500
MAX_OFFSET = 500
MAX_COUNT = 100
MAX_AGE_HOURS = 87_600

#: A character behind a backslash, which is part of an id, or any other character.
_CHARACTER = re.compile(r"\\(.)|(.)")


def split_ids(value: str) -> list[str]:
    """Split ids at commas and drop blanks around them; a character behind a backslash is part of an id."""
    ids, item_id, length = list[str](), "", 0
    for escaped, plain in _CHARACTER.findall(value + ","):
        if plain == ",":
            ids.append(item_id[:length] + item_id[length:].rstrip())
            item_id, length = "", 0
        elif escaped:
            item_id += escaped
            length = len(item_id)
        elif item_id or not plain.isspace():
            item_id += plain
    return [item_id for item_id in ids if item_id]


def _ids_validator(max_ids: int) -> Callable[[list[str]], list[str]]:
    def validate(values: list[str]) -> list[str]:
        ids = [item_id for value in values for item_id in split_ids(value)]
        if len(ids) > max_ids:
            raise ValueError(f"there are more than {max_ids} items")
        if any(len(item_id) > MAX_ID for item_id in ids):
            raise ValueError(f"an item id has more than {MAX_ID} characters")
        return ids

    return validate


def _ids_description(subject: str, max_ids: int) -> str:
    return (
        f"{subject}, repeated or separated by commas: at most {max_ids} ids of at most {MAX_ID} printable "
        "characters each; unknown ones are ignored. "
        "A backslash precedes a comma or a blank that belongs to an id."
    )


def _text_query(max_length: int, description: str) -> Any:
    return Query(max_length=max_length, pattern=PRINTABLE, description=description)


Value = Annotated[
    str | None,
    _text_query(MAX_VALUE, f"At most {MAX_VALUE} printable characters; an unknown value is ignored."),
]
UserId = Annotated[
    str | None,
    _text_query(
        MAX_ID, f"The user, at most {MAX_ID} printable characters; left out for a user without an id."
    ),
]
Count = Annotated[
    int, Query(ge=1, le=MAX_COUNT, description=f"The number of items, a whole number from 1 to {MAX_COUNT}.")
]
Offset = Annotated[
    int,
    Query(ge=0, le=MAX_OFFSET, description=f"How many items to skip, a whole number from 0 to {MAX_OFFSET}."),
]
Category = Annotated[
    str | None,
    _text_query(MAX_VALUE, f"Only items of this category, at most {MAX_VALUE} printable characters."),
]
MaxAge = Annotated[
    float | None,
    Query(
        gt=0,
        le=MAX_AGE_HOURS,
        allow_inf_nan=False,
        description=f"Only items published within so many hours, more than 0 and at most {MAX_AGE_HOURS}.",
    ),
]
Diversity = Annotated[
    float,
    Query(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="From 0, the most relevant items, to 1, items of different categories.",
    ),
]
Explain = Annotated[
    bool,
    Query(description="`true`: add to each item what its features add to its score; needs a key for users."),
]
_IdList = list[Annotated[str, Query(max_length=MAX_RECENT * (MAX_ID + 1), pattern=PRINTABLE)]]
Exclude = Annotated[
    _IdList,
    AfterValidator(_ids_validator(MAX_EXCLUDED)),
    Query(max_length=MAX_EXCLUDED, description=_ids_description("Items to leave out", MAX_EXCLUDED)),
]
RecentItems = Annotated[
    _IdList,
    AfterValidator(_ids_validator(MAX_RECENT)),
    Query(
        max_length=MAX_RECENT,
        description=_ids_description("Items of the newest interactions, oldest first", MAX_RECENT),
    ),
]
