"""Recommendations for one user."""

from __future__ import annotations

import time
from dataclasses import replace

from fastapi import APIRouter, Depends
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from pydantic_core import to_json
from starlette.datastructures import State

from app.domains.base import DomainApi
from app.errors import problem_responses
from app.experiments.variants import Variants
from app.middleware.auth import Scope, check_scope, read_key
from app.routes.recommendation_query import make_body_reader, make_query_reader
from app.schemas.query_parameters import Explain
from app.schemas.recommendations import RecommendationResponse, add_items
from app.serving.inference_log import InferenceLogger
from app.serving.parsed_query import ParsedQuery
from app.serving.serialization import recommendation_json


def make_router(domain_api: DomainApi) -> APIRouter:
    """Make the routes of a domain's recommendations."""
    router = APIRouter(tags=["recommendations"])
    query_of_url = Depends(make_query_reader(domain_api))
    query_of_body = Depends(make_body_reader(domain_api))
    model = add_items("Recommendations", RecommendationResponse, domain_api.item_response)
    responses = {200: {"model": model}, **problem_responses(401, 403, 422, 503)}

    # The response is made of plain values and sent as it is; the model only documents it.
    @router.get("/recommendations", response_model=None, responses=responses)
    async def recommendations(
        http_request: HttpRequest, query: ParsedQuery = query_of_url, explain: Explain = False
    ) -> Response:
        """Return items that the user has not interacted with, best first; an unknown user is anonymous."""
        if explain:
            _require_users_key(http_request)
        else:
            # The fast path answers the same query string without validating it again.
            http_request.state.cacheable_query = query
        return respond(http_request.app.state, query, explain)

    @router.post("/recommendations", response_model=None, responses=responses | problem_responses(400, 413))
    async def recommendations_by_body(
        http_request: HttpRequest, body: tuple[ParsedQuery, bool] = query_of_body
    ) -> Response:
        """Return what `GET /recommendations` returns; for many ids, and for ids that contain commas."""
        query, explain = body
        if explain:
            _require_users_key(http_request)
        return respond(http_request.app.state, query, explain)

    return router


def _require_users_key(http_request: HttpRequest) -> None:
    check_scope(http_request, Scope.USERS, read_key(http_request.headers))


def respond(state: State, query: ParsedQuery, explain: bool = False) -> Response:
    """Return the response to a parsed query; it counts and logs the recommendation."""
    request, started = query.request, time.perf_counter()
    variants: Variants = state.variants
    inference_logger: InferenceLogger = state.inference_logger
    variant = variants.choose(request.user_id)
    release = variant.release
    found = release.engine.recommend(request, query.filters.category_mask(release), explain)
    if query.offset:
        items, explanations = found.items[query.offset :], found.explanations[query.offset :]
        fallback = min(found.fallback, len(items))
        found = replace(found, items=items, explanations=explanations, fallback=fallback, derived={})
    seconds = time.perf_counter() - started
    impression_id = variant.record(inference_logger, request.user_id, found, started, seconds)
    head = {
        "user_id": request.user_id,
        "segment": found.segment,
        "model": found.model,
        "release": release.id,
        "variant": variant.name,
        "impression_id": impression_id,
    }
    items_json = recommendation_json(release, found, query.offset + 1)
    body = b'%b,"items":%b}' % (to_json(head)[:-1], items_json)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")
