"""Recommendations for one reader."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any, Literal

from fastapi import APIRouter, Depends
from fastapi import Request as Sent
from fastapi.responses import Response
from pydantic import BaseModel, create_model
from pydantic_core import to_json
from starlette.datastructures import State

from app.domains.base import DomainApi
from app.errors import Problem
from app.experiments.variants import Variants
from app.middleware.auth import Scope, check_scope, read_key
from app.routes.recommendation_query import asked as asking
from app.schemas.paging import PAGE, Page
from app.schemas.query_parameters import Explain
from app.schemas.recommendation_body import RecommendationBody, body_reader, request_of
from app.serving.filters import FiltersNow
from app.serving.inference_log import InferenceLogger
from app.serving.parsed_query import ParsedQuery
from app.serving.serialization import shown_json
from script_shared.types import Request


class RecommendationResponse(BaseModel):
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


def make_router(endpoint: DomainApi) -> APIRouter:
    """Make the routes of a domain's recommendations."""
    router = APIRouter(tags=["recommendations"])
    told = Depends(asking(endpoint))
    answer = create_model(
        "Recommendations",
        __base__=RecommendationResponse,
        __doc__=RecommendationResponse.__doc__,
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
        filters: FiltersNow,
        request: Request = told,
        explain: Explain = False,
        page: Page = PAGE,
    ) -> Response:
        """Return items that the reader has not read, best first; an unknown reader is anonymous."""
        asked = ParsedQuery(request, filters, page.offset)
        if explain:
            check_scope(sent, Scope.USERS, read_key(sent.headers))
        else:
            # The fast path answers the same query string without validating it again.
            sent.state.cacheable_query = asked
        return respond(sent.app.state, asked, explain)

    by_body = Depends(body_reader(endpoint))

    @router.post(
        "/recommendations",
        response_model=None,
        responses={200: {"model": answer}, 400: {"model": Problem}, 413: {"model": Problem}, **problems},
    )
    async def recommendations_by_body(sent: Sent, body: RecommendationBody = by_body) -> Response:
        """Return what `GET /recommendations` returns; for long lists of ids, and ids that hold commas."""
        if body.explain:
            check_scope(sent, Scope.USERS, read_key(sent.headers))
        asked = ParsedQuery(await request_of(endpoint, body), body.filters, body.offset)
        return respond(sent.app.state, asked, body.explain)

    return router


def respond(state: State, asked: ParsedQuery, explain: bool = False) -> Response:
    """Return the response to a recommendation query."""
    request, start = asked.request, time.perf_counter()
    variants: Variants = state.variants
    recorder: InferenceLogger = state.inference_logger
    chosen = variants.of(request.user_id)
    served = chosen.served
    found = served.engine.recommend(request, asked.filters.among(served), explain)
    if asked.offset:
        items, why = found.items[asked.offset :], found.why[asked.offset :]
        found = replace(found, items=items, why=why, fallback=min(found.fallback, len(items)), told={})
    seconds = time.perf_counter() - start
    impression = recorder.answered(chosen, request.user_id, found, start, seconds)
    head = {
        "user_id": request.user_id,
        "segment": found.segment,
        "model": found.model,
        "release": served.release.id,
        "variant": chosen.name,
        "impression_id": impression,
    }
    body = b'%b,"items":%b}' % (to_json(head)[:-1], shown_json(served, found, asked.offset + 1))
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
