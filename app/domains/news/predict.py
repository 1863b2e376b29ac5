"""`POST /predict`: recommendations in the request and response format of an earlier ranker."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import InferenceLoggerDep, VariantsDep
from app.errors import problem_responses
from app.schemas.fields import STRICT, WHOLE_NUMBER, Id
from app.schemas.query_parameters import MAX_COUNT
from app.serving.loaded_release import LoadedRelease
from script_shared.inference.results import RecommendedItem
from script_shared.types import Request

router = APIRouter(tags=["recommendations"])


class PredictionRequest(BaseModel):
    """The user, the number of items, and the least score of an item."""

    model_config = STRICT

    userId: Id  # noqa: N815 - the format's name
    max_results: Annotated[int, Field(ge=1, le=MAX_COUNT), WHOLE_NUMBER] = 10
    minScore: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0  # noqa: N815


class PredictedItem(BaseModel):
    """One item; `score` is its odds against the first item: 1 for the first, falling towards 0."""

    rank: int
    score: float
    item_id: str
    title: str | None
    url: str | None
    category: str | None
    issuedDate: str | None  # noqa: N815
    issuedTime: str | None  # noqa: N815


class PredictionResponse(BaseModel):
    """Items for a user, best first; `coldStart` is true for a user without interactions."""

    userId: str  # noqa: N815
    recommendations: list[PredictedItem]
    coldStart: bool  # noqa: N815
    algorithm: str
    processing_time_ms: float
    timing_details: dict[str, float]


@router.post(
    "/predict",
    response_model=None,
    responses={200: {"model": PredictionResponse}, **problem_responses(400, 413, 422, 503)},
)
async def predict(body: PredictionRequest, variants: VariantsDep, logger: InferenceLoggerDep) -> JSONResponse:
    """Return what `GET /recommendations` returns, in the format of an earlier ranker.

    The headers `X-Variant` and `X-Impression-Id` contain `variant` and `impression_id`.
    """
    started = time.perf_counter()
    variant = variants.choose(body.userId)
    release = variant.release
    found = release.engine.recommend(Request(body.userId, body.max_results))
    ranked = time.perf_counter()
    profile = release.engine.user_profile(body.userId)
    items = _serialize_items(release, found.items, body.minScore)
    ended = time.perf_counter()
    returned = replace(found, items=found.items[: len(items)], derived={})
    impression_id = variant.record(logger, body.userId, returned, started, ranked - started)
    response = {
        "userId": body.userId,
        "recommendations": items,
        "coldStart": profile is None or not profile.interactions,
        "algorithm": found.model,
        "processing_time_ms": _to_ms(ended - started),
        "timing_details": {"ranking_ms": _to_ms(ranked - started), "metadata_ms": _to_ms(ended - ranked)},
    }
    headers = {"Cache-Control": "no-store", "X-Variant": variant.name}
    if impression_id:
        headers["X-Impression-Id"] = impression_id
    return JSONResponse(response, headers=headers)


def _serialize_items(
    release: LoadedRelease, items: list[RecommendedItem], min_score: float
) -> list[dict[str, Any]]:
    """Return the items whose score is high enough: the first ones, because scores fall."""
    odds = [round(math.exp(min(item.score - items[0].score, 0.0)), 6) for item in items]
    scored = [(item, score) for item, score in zip(items, odds, strict=True) if score >= min_score]
    return [_serialize_item(release, rank, item, score) for rank, (item, score) in enumerate(scored, start=1)]


def _serialize_item(release: LoadedRelease, rank: int, item: RecommendedItem, score: float) -> dict[str, Any]:
    row = release.catalogue.row(item.item)
    date, _, time_of_day = (row.get("published_at") or "").partition("T")
    return {
        "rank": rank,
        "score": score,
        "item_id": item.item_id,
        "title": row.get("title"),
        "url": row.get("url"),
        "category": row.get("category"),
        "issuedDate": date or None,
        "issuedTime": time_of_day[:8] or None,
    }


def _to_ms(seconds: float) -> float:
    return round(seconds * 1_000, 3)
