"""Recommendations for one reader."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from app.asking import asked
from app.dependencies import ServedNow, TelemetryNow
from app.endpoint import Endpoint
from app.errors import Problem
from app.filtering import FiltersNow
from app.serving import Served
from app.showing import shown
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
    told = Depends(asked(endpoint))
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
        served: ServedNow, telemetry: TelemetryNow, filters: FiltersNow, request: Request = told
    ) -> JSONResponse:
        """Return items that the reader has not read, best first; an unknown reader is anonymous."""
        start = time.perf_counter()
        found = served.engine.recommend(request, filters.among(served))
        seconds = time.perf_counter() - start
        telemetry.answered(found.segment, found.model, len(found.items), found.fallback, seconds)
        served.coverage.note(found.segment, found.model, (each.item for each in found.items))
        return JSONResponse(_answer(served, request, found), headers={"Cache-Control": "no-store"})

    return router


def _answer(served: Served, request: Request, found: Recommendation) -> dict[str, Any]:
    return {
        "user_id": request.user_id,
        "segment": found.segment,
        "model": found.model,
        "release": served.release.id,
        "items": shown(served, found.items),
    }
