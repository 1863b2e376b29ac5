"""The form of an item in a request: one that is new or has changed."""

from __future__ import annotations

from typing import Annotated, Required

from pydantic import Field, with_config
from typing_extensions import TypedDict

from app.schemas.fields import PRINTABLE, STRICT, Id, ShortText, Timestamp

MAX_TITLE, MAX_URL, MAX_TEXT = 500, 2_000, 20_000


@with_config(STRICT)
class ItemBody(TypedDict, total=False):
    """An item's current values; a field that is left out keeps its value. A domain adds its columns."""

    item_id: Required[Annotated[Id, Field(description="The item; a known one is changed.")]]
    title: Required[
        Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE, description="Its title.")]
    ]
    url: Annotated[
        str,
        Field(max_length=MAX_URL, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", description="Its web address."),
    ]
    body: Annotated[
        str, Field(max_length=MAX_TEXT, description="Its text; the beginning is enough for a longer one.")
    ]
    published_at: Annotated[
        Timestamp,
        Field(
            description="When it is published: it is recommended from then on. "
            "By default its current value, or now for a new item."
        ),
    ]
    expires_at: Annotated[Timestamp, Field(description="When it expires: it is recommended until then.")]
    category: Annotated[ShortText, Field(description="Its category.")]
