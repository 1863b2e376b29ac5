"""Recommendations for one reader."""

from __future__ import annotations

import time
from typing import Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Request as Sent
from fastapi.responses import JSONResponse
from pydantic import BaseModel, create_model

from app.asking import asked
from app.dependencies import RecorderNow, VariantsNow
from app.endpoint import Endpoint, Shown
from app.errors import Problem
from app.filtering import FiltersNow
from app.keys import Scope, admit, sent_key
from app.parameters import Explain
from app.showing import shown
from script_shared.inference.answers import Recommendation
from script_shared.types import Request


class Answer(BaseModel):
    """Items for a reader, best first, and who chose them.

    `variant` is `challenger` for readers on whom another release is tried. `impression_id` is to be sent with
    the reads that follow; null where the answer is not logged.
    """

    user_id: str | None
    segment: str
    model: str
    release: str
    variant: Literal["champion", "challenger"]
    impression_id: str | None


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

    problems: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (401, 403, 422, 503)}

    # The answer is built of plain values and sent as it is; the model only describes it.
    @router.get(
        "/recommendations",
        response_model=None,
        responses={200: {"model": answer}, **problems},
    )
    async def recommendations(
        sent: Sent,
        variants: VariantsNow,
        recorder: RecorderNow,
        filters: FiltersNow,
        request: Request = told,
        explain: Explain = False,
    ) -> JSONResponse:
        """Return items that the reader has not read, best first; an unknown reader is anonymous."""
        if explain:
            admit(sent, Scope.READERS, sent_key(sent.headers))
        start = time.perf_counter()
        chosen = variants.of(request.user_id)
        served = chosen.served
        found = served.engine.recommend(request, filters.among(served), explain)
        seconds = time.perf_counter() - start
        impression = recorder.answered(chosen, request.user_id, found, start, seconds)
        body = {
            "user_id": request.user_id,
            "segment": found.segment,
            "model": found.model,
            "release": served.release.id,
            "variant": chosen.name,
            "impression_id": impression,
            "items": _explained(shown(served, found.items), found),
        }
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    return router


def _explained(items: list[Shown], found: Recommendation) -> list[Shown]:
    for item, why in zip(items, found.why, strict=False):
        item["why"] = {name: round(added, 4) for name, added in why.items()}
    return items
