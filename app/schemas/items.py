"""What clients say of items: the form of one that is new or has changed."""

from __future__ import annotations

from typing import Annotated, Required

from pydantic import Field, with_config
from typing_extensions import TypedDict

from app.schemas.events import STRICT, Id, Moment, ShortText
from app.schemas.query_parameters import PRINTABLE

MAX_TITLE, MAX_URL, MAX_TEXT = 500, 2_000, 20_000


@with_config(STRICT)
class ItemBody(TypedDict, total=False):
    """An item as it is now; what is left out stays as it is known. A domain adds its own columns."""

    item_id: Required[Annotated[Id, Field(description="Its id; one that is known is changed.")]]
    title: Required[
        Annotated[str, Field(min_length=1, max_length=MAX_TITLE, pattern=PRINTABLE, description="As shown.")]
    ]
    url: Annotated[
        str,
        Field(max_length=MAX_URL, pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", description="Where it stands."),
    ]
    body: Annotated[
        str, Field(max_length=MAX_TEXT, description="Its text; the beginning does where it is longer.")
    ]
    published_at: Annotated[
        Moment,
        Field(description="When it is published; it is shown from then on. Left out: as known, or now."),
    ]
    expires_at: Annotated[Moment, Field(description="From when on it is not shown any more.")]
    category: Annotated[ShortText, Field(description="Its section.")]
