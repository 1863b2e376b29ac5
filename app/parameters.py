"""Bounded query parameters: short, without control characters."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator

MAX_ID = 128
MAX_VALUE = 64
MAX_RECENT = 50

#: No C0 or C1 control characters, and no line or paragraph separators.
PRINTABLE = "^[^\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]*$"

Value = Annotated[str, Query(max_length=MAX_VALUE, pattern=PRINTABLE)]
UserId = Annotated[
    str,
    Query(
        max_length=MAX_ID,
        pattern=PRINTABLE,
        description="The reader; left out or empty for one without an id.",
    ),
]
Count = Annotated[int, Query(ge=1, le=100, description="How many items are wanted.")]


def _split(values: list[str]) -> list[str]:
    """Take `a,b` apart, drop what is empty, and hold the list to its bounds."""
    items = [item for value in values for part in value.split(",") if (item := part.strip())]
    if len(items) > MAX_RECENT:
        raise ValueError(f"at most {MAX_RECENT} items")
    if any(len(item) > MAX_ID for item in items):
        raise ValueError(f"an item id has at most {MAX_ID} characters")
    return items


RecentItems = Annotated[
    list[Annotated[str, Query(max_length=MAX_RECENT * (MAX_ID + 1), pattern=PRINTABLE)]],
    AfterValidator(_split),
    Query(
        max_length=MAX_RECENT, description="Items just read, oldest first; repeated or separated by commas."
    ),
]
