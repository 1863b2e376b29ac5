"""Recommendations for one reader."""

from __future__ import annotations

import math
import time
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from app.dependencies import ServedNow, TelemetryNow
from app.endpoint import Endpoint, Particulars, Shown
from app.errors import Problem
from app.parameters import Count, RecentItems, UserId
from app.serving import Served
from script_shared.inference.answers import Recommendation
from script_shared.types import Request


class Answer(BaseModel):
    """Items for a reader, best first, and who chose them."""

    user_id: str | None
    segment: str
    model: str
    release: str


def make_router(endpoint: Endpoint) -> APIRouter:
    """Make the routes of a domain's recommendations."""
    router = APIRouter(tags=["recommendations"])
    told = Depends(endpoint.particulars)
    answer = create_model(
        "Recommendations",
        __base__=Answer,
        __doc__=Answer.__doc__,
        items=(list[endpoint.item], ...),  # type: ignore[name-defined]
    )

    # The answer is built of plain values and sent as it is; the model only describes it.
    @router.get(
        "/recommendations",
        response_model=None,
        responses={200: {"model": answer}, 422: {"model": Problem}, 503: {"model": Problem}},
    )
    async def recommendations(
        served: ServedNow,
        telemetry: TelemetryNow,
        user_id: UserId = None,
        num_recs: Count = 10,
        recent_items: RecentItems = [],  # noqa: B006 - never changed
        particulars: Particulars = told,
    ) -> JSONResponse:
        """Return items that the reader has not read, best first; an unknown reader is anonymous."""
        request = Request(
            user_id or None, num_recs, particulars.user_type, particulars.context, tuple(recent_items)
        )
        start = time.perf_counter()
        found = served.engine.recommend(request)
        seconds = time.perf_counter() - start
        telemetry.answered(found.segment, found.model, len(found.items), found.fallback, seconds)
        served.coverage.note(found.segment, found.model, (each.item for each in found.items))
        return JSONResponse(_answer(served, request, found), headers={"Cache-Control": "no-store"})

    return router


def _answer(served: Served, request: Request, found: Recommendation) -> dict[str, Any]:
    items: list[Shown] = [
        {
            "item_id": each.item_id,
            "rank": rank,
            "score": each.score if math.isfinite(each.score) else None,
            **served.catalogue.row(each.item),
            "reason": each.reason,
        }
        for rank, each in enumerate(found.items, start=1)
    ]
    return {
        "user_id": request.user_id,
        "segment": found.segment,
        "model": found.model,
        "release": served.release.id,
        "items": items,
    }
