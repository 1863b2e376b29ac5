"""The value `NEWS_API`: what serving needs to know about news."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field, with_config

from app.domains.base import DomainApi, RequestContext
from app.domains.news import predict
from app.schemas.events import EventBody
from app.schemas.fields import STRICT, Measure, ShortText
from app.schemas.items import ItemBody
from app.schemas.query_parameters import Value
from script_shared.domains.news.domain import NEWS
from script_shared.models import reasons

UserType = Literal["Logged", "Non-Logged"]


class Article(BaseModel):
    """One recommended article.

    `reason` names what adds most to the score; `score` orders the articles of one answer and is not
    comparable between answers.
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
    """One read of an article; its measures determine its weight."""

    user_type: Annotated[UserType, Field(description="Whether the reader is logged in.")]
    region: Annotated[ShortText, Field(description="The reader's region, as a code of the publisher.")]
    device: Annotated[ShortText, Field(description="The reader's device, as a code of the publisher.")]
    seconds: Annotated[Measure, Field(description="Time on the page, in seconds.")]
    clicks: Annotated[Measure, Field(description="Clicks on the page.")]
    scroll: Annotated[Measure, Field(description="Scroll depth, in per cent.")]
    visits: Annotated[Measure, Field(description="How often the page was opened.")]
    weight: Annotated[
        Measure, Field(description="Replaces the measures: 1 is an average read; values above 5 count as 5.")
    ]


@with_config(STRICT)
class ArticleBody(ItemBody, total=False):
    """One article."""

    region: Annotated[
        ShortText, Field(description="The region that it is about, as a code of the publisher.")
    ]


async def request_context(
    user_type: Annotated[
        UserType | None,
        Query(description="Logged or Non-Logged; overrides the stored login state of the reader."),
    ] = None,
    region: Value = None,
    device: Value = None,
) -> RequestContext:
    """Return the login state, region and device of a request."""
    context = {"region": region, "device": device}
    return RequestContext(user_type, {name: value for name, value in context.items() if value})


NEWS_API = DomainApi(
    domain=NEWS,
    summary="Recommendations for news readers.",
    request_context=request_context,
    event_body=ReadBody,
    item_body=ArticleBody,
    item_response=Article,
    item_columns=("title", "url", "published_at", "category"),
    reasons={
        reasons.FOLLOWS_ITEM: "because_you_read",
        reasons.SIMILAR_USERS: "readers_like_you",
        reasons.CONTEXT: "near_you",
        reasons.CATEGORIES: "your_sections",
    },
    page=Path(__file__).parents[2] / "web" / "templates" / "news.html",
    routers=(predict.router,),
    examples=Path(__file__).with_name("examples.json"),
)
