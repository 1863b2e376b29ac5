"""Recommendations for one reader."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.dependencies import ServedNow
from app.serving import Served
from script_shared.inference.engine import Recommendation
from script_shared.types import Request

router = APIRouter(tags=["recommendations"])

_PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
Id = Annotated[str, Query(min_length=1, max_length=128, pattern=_PRINTABLE)]
Value = Annotated[str, Query(min_length=1, max_length=64, pattern=_PRINTABLE)]


class Item(BaseModel):
    """One recommended article."""

    item_id: str
    rank: int
    score: float
    title: str | None
    url: str | None
    published_at: datetime | None
    category: str | None
    reason: str


class Answer(BaseModel):
    """What is recommended, by which model of which release."""

    user_id: str | None
    segment: str
    model: str
    release: str
    items: list[Item]


@router.get("/recommendations", response_model=Answer)
def recommendations(  # noqa: PLR0913, PLR0917 - one argument a query parameter
    served: ServedNow,
    user_id: Id | None = None,
    num_recs: Annotated[int, Query(ge=1, le=100)] = 10,
    user_type: Literal["Logged", "Non-Logged"] | None = None,
    region: Value | None = None,
    device: Value | None = None,
    recent_items: Annotated[list[Id], Query(max_length=50)] = [],  # noqa: B006 - FastAPI copies it
) -> Any:
    """Return articles that the reader has not read, best first."""
    told = {"region": region, "device": device}
    context = {name: value for name, value in told.items() if value is not None}
    request = Request(user_id, num_recs, user_type, context, tuple(recent_items))
    return _answer(served, user_id, served.engine.recommend(request))


def _answer(served: Served, user_id: str | None, found: Recommendation) -> dict[str, Any]:
    items = []
    for rank, each in enumerate(found.items, start=1):
        ranked = {"item_id": each.item_id, "rank": rank, "score": each.score, "reason": each.reason}
        items.append({**served.catalogue[each.item], **ranked})
    release = served.engine.release.id
    head = {"user_id": user_id, "segment": found.segment, "model": found.model, "release": release}
    return {**head, "items": items}
