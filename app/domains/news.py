"""News as clients meet it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel

from app.endpoint import Endpoint, Particulars
from app.parameters import Value
from script_shared.domains.news.domain import NEWS


class Article(BaseModel):
    """One recommended article.

    `reason` names the part that chose it; `score` orders this answer and compares with no other.
    """

    item_id: str
    rank: int
    score: float | None
    title: str | None
    url: str | None
    published_at: datetime | None
    category: str | None
    reason: str


async def particulars(
    user_type: Annotated[
        Literal["Logged", "Non-Logged"] | None,
        Query(description="Logged or Non-Logged; overrides what is known of the reader."),
    ] = None,
    region: Value = None,
    device: Value = None,
) -> Particulars:
    """Read the login state and where the reader is."""
    told = {"region": region, "device": device}
    return Particulars(user_type, {name: value for name, value in told.items() if value})


NEWS_ENDPOINT = Endpoint(
    domain=NEWS,
    particulars=particulars,
    shown=("title", "url", "published_at", "category"),
    item=Article,
    page=Path(__file__).parents[1] / "pages" / "news.html",
)
