"""Bounded query parameters: short, without control characters.

A description says what is accepted: it is also the remedy in the problem that a faulty value gets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

MAX_ID = 256
MAX_VALUE = 64
MAX_RECENT = 50
MAX_EXCLUDED = 500
MAX_OFFSET = 500
MAX_COUNT = 100
MAX_AGE_HOURS = 87_600

#: No C0 or C1 control characters, and no line or paragraph separators.
PRINTABLE = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$"


#: A character behind a backslash, or any other: what a backslash precedes belongs to an id.
_CHARACTER = re.compile(r"\\(.)|(.)")


def split_ids(value: str) -> list[str]:
    """Split ids at commas and drop blanks around them; a character behind a backslash is part of an id."""
    ids, item, kept = list[str](), "", 0
    for escaped, plain in _CHARACTER.findall(value + ","):
        if plain == ",":
            ids.append(item[:kept] + item[kept:].rstrip())
            item, kept = "", 0
        elif escaped:
            item += escaped
            kept = len(item)
        elif item or not plain.isspace():
            item += plain
    return [each for each in ids if each]


def _ids(most: int) -> Callable[[list[str]], list[str]]:
    """Make the validator of a list of at most so many ids."""

    def validate(values: list[str]) -> list[str]:
        items = [item for value in values for item in split_ids(value)]
        if len(items) > most:
            raise ValueError(f"there are more than {most} items")
        if any(len(item) > MAX_ID for item in items):
            raise ValueError(f"an item id has more than {MAX_ID} characters")
        return items

    return validate


Value = Annotated[
    str | None,
    Query(
        max_length=MAX_VALUE,
        pattern=PRINTABLE,
        description=f"At most {MAX_VALUE} printable characters; an unknown value is ignored.",
    ),
]
UserId = Annotated[
    str | None,
    Query(
        max_length=MAX_ID,
        pattern=PRINTABLE,
        description=f"The reader, at most {MAX_ID} printable characters; left out for one without an id.",
    ),
]
Count = Annotated[
    int,
    Query(
        ge=1, le=MAX_COUNT, description=f"How many items are wanted, a whole number from 1 to {MAX_COUNT}."
    ),
]
Offset = Annotated[
    int,
    Query(
        ge=0,
        le=MAX_OFFSET,
        description=f"How many items of the list to leave out, a whole number from 0 to {MAX_OFFSET}.",
    ),
]
Category = Annotated[
    str | None,
    Query(
        max_length=MAX_VALUE,
        pattern=PRINTABLE,
        description=f"Only items of this category, at most {MAX_VALUE} printable characters.",
    ),
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
    Query(description="`true`: say what speaks for each item; needs a key for readers' data."),
]
Exclude = Annotated[
    list[Annotated[str, Query(max_length=MAX_RECENT * (MAX_ID + 1), pattern=PRINTABLE)]],
    AfterValidator(_ids(MAX_EXCLUDED)),
    Query(
        max_length=MAX_EXCLUDED,
        description=(
            f"Items that are not wanted, repeated or separated by commas: at most {MAX_EXCLUDED} ids "
            f"of at most {MAX_ID} printable characters each; unknown ones are ignored. "
            "A backslash precedes a comma or a blank that belongs to an id."
        ),
    ),
]
RecentItems = Annotated[
    list[Annotated[str, Query(max_length=MAX_RECENT * (MAX_ID + 1), pattern=PRINTABLE)]],
    AfterValidator(_ids(MAX_RECENT)),
    Query(
        max_length=MAX_RECENT,
        description=(
            f"Items just read, oldest first, repeated or separated by commas: at most {MAX_RECENT} ids "
            f"of at most {MAX_ID} printable characters each; unknown ones are ignored. "
            "A backslash precedes a comma or a blank that belongs to an id."
        ),
    ),
]
