"""News as clients meet it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field, with_config

from app.domains.base import DomainApi, RequestContext
from app.schemas.events import STRICT, EventBody, Measure, ShortText
from app.schemas.items import ItemBody
from app.schemas.query_parameters import Value
from script_shared.domains.news.domain import NEWS


class Article(BaseModel):
    """One recommended article.

    `reason` says what carried it; `score` orders this answer and compares with no other.
    """

    item_id: str
    rank: int
    score: float | None
    title: str | None
    url: str | None
    published_at: datetime | None
    category: str | None
    reason: str
    why: dict[str, float] | None = Field(
        None, description="With `explain`: what each feature, and the `trees` on top, add to the score."
    )


@with_config(STRICT)
class ReadBody(EventBody, total=False):
    """One read of an article; what was measured of it says how much it counts."""

    user_type: Annotated[
        Literal["Logged", "Non-Logged"], Field(description="Whether the reader is logged in.")
    ]
    region: Annotated[ShortText, Field(description="Where the reader is, in the publisher's own codes.")]
    device: Annotated[ShortText, Field(description="On what, in the publisher's own codes.")]
    seconds: Annotated[Measure, Field(description="Time on the page.")]
    clicks: Annotated[Measure, Field(description="Clicks on the page.")]
    scroll: Annotated[Measure, Field(description="How far it was scrolled, per cent.")]
    visits: Annotated[Measure, Field(description="How often the page was opened.")]
    weight: Annotated[Measure, Field(description="In place of the measures: 1 is a plain read, at most 5.")]


@with_config(STRICT)
class ArticleBody(ItemBody, total=False):
    """One article."""

    region: Annotated[ShortText, Field(description="Where it is about, in the publisher's own codes.")]


async def particulars(
    user_type: Annotated[
        Literal["Logged", "Non-Logged"] | None,
        Query(description="Logged or Non-Logged; overrides what is known of the reader."),
    ] = None,
    region: Value = None,
    device: Value = None,
) -> RequestContext:
    """Read the login state and where the reader is."""
    told = {"region": region, "device": device}
    return RequestContext(user_type, {name: value for name, value in told.items() if value})


NEWS_ENDPOINT = DomainApi(
    domain=NEWS,
    particulars=particulars,
    shown=("title", "url", "published_at", "category"),
    event=ReadBody,
    item_body=ArticleBody,
    item=Article,
    page=Path(__file__).parents[1] / "web" / "templates" / "news.html",
)
