"""Bounded query parameters: short, without control characters.

A description says what is accepted: it is also the remedy in the problem that a faulty value gets.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

MAX_ID = 256
MAX_VALUE = 64
MAX_RECENT = 50
MAX_COUNT = 100
MAX_AGE_HOURS = 87_600

#: No C0 or C1 control characters, and no line or paragraph separators.
PRINTABLE = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$"


def _split(values: list[str]) -> list[str]:
    """Take `a,b` apart, drop what is empty, and hold the list to its bounds."""
    items = [item for value in values for part in value.split(",") if (item := part.strip())]
    if len(items) > MAX_RECENT:
        raise ValueError(f"there are more than {MAX_RECENT} items")
    if any(len(item) > MAX_ID for item in items):
        raise ValueError(f"an item id has more than {MAX_ID} characters")
    return items


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
    AfterValidator(_split),
    Query(
        max_length=MAX_RECENT,
        description=(
            f"Items that are not wanted, repeated or separated by commas: at most {MAX_RECENT} ids "
            f"of at most {MAX_ID} printable characters each; unknown ones are ignored."
        ),
    ),
]
RecentItems = Annotated[
    list[Annotated[str, Query(max_length=MAX_RECENT * (MAX_ID + 1), pattern=PRINTABLE)]],
    AfterValidator(_split),
    Query(
        max_length=MAX_RECENT,
        description=(
            f"Items just read, oldest first, repeated or separated by commas: at most {MAX_RECENT} ids "
            f"of at most {MAX_ID} printable characters each; unknown ones are ignored."
        ),
    ),
]
