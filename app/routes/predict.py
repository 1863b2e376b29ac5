"""`POST /predict`: recommendations as clients of the earlier G1 ranker ask for them and take them."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.dependencies import InferenceLoggerDep, VariantsDep
from app.errors import Problem
from app.schemas.events import STRICT, WHOLE, Id
from app.schemas.query_parameters import MAX_COUNT
from app.serving.loaded_release import LoadedRelease
from script_shared.inference.results import RecommendedItem
from script_shared.types import Request

router = APIRouter(tags=["recommendations"])


class PredictionRequest(BaseModel):
    """Who asks, for how many, and how good they must be."""

    model_config = STRICT

    userId: Id  # noqa: N815 - as these clients call it
    max_results: Annotated[int, Field(ge=1, le=MAX_COUNT), WHOLE] = 10
    minScore: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0  # noqa: N815


class PredictedItem(BaseModel):
    """One article; `score` is 1 for the first and falls towards 0 with its odds against that one."""

    rank: int
    score: float
    item_id: str
    title: str | None
    url: str | None
    category: str | None
    issuedDate: str | None  # noqa: N815
    issuedTime: str | None  # noqa: N815


class PredictionResponse(BaseModel):
    """Articles for a reader, best first; `coldStart` says that nothing is known of the reader."""

    userId: str  # noqa: N815
    recommendations: list[PredictedItem]
    coldStart: bool  # noqa: N815
    algorithm: str
    processing_time_ms: float
    timing_details: dict[str, float]


@router.post(
    "/predict",
    response_model=None,
    responses={
        200: {"model": PredictionResponse},
        **{code: {"model": Problem} for code in (400, 413, 422, 503)},
    },
)
async def predict(
    question: PredictionRequest, variants: VariantsDep, recorder: InferenceLoggerDep
) -> JSONResponse:
    """Return what `GET /recommendations` returns, in the form of the earlier ranker.

    The headers `X-Variant` and `X-Impression-Id` say what its fields of these names say there.
    """
    start = time.perf_counter()
    chosen = variants.of(question.userId)
    served = chosen.served
    found = served.engine.recommend(Request(question.userId, question.max_results))
    ranked = time.perf_counter()
    known = served.engine.user_profile(question.userId)
    articles = _articles(served, found.items, question.minScore)
    end = time.perf_counter()
    kept = replace(found, items=found.items[: len(articles)], derived={})
    impression = recorder.answered(chosen, question.userId, kept, start, ranked - start)
    body = {
        "userId": question.userId,
        "recommendations": articles,
        "coldStart": known is None or not known.interactions,
        "algorithm": found.model,
        "processing_time_ms": _ms(end - start),
        "timing_details": {"ranking_ms": _ms(ranked - start), "metadata_ms": _ms(end - ranked)},
    }
    headers = {"Cache-Control": "no-store", "X-Variant": chosen.name}
    return JSONResponse(body, headers=headers | ({"X-Impression-Id": impression} if impression else {}))


def _articles(served: LoadedRelease, items: list[RecommendedItem], least: float) -> list[dict[str, Any]]:
    """Return those that are good enough; scores fall, so that they are the first ones."""
    odds = [round(math.exp(min(each.score - items[0].score, 0.0)), 6) for each in items]
    kept = [(each, score) for each, score in zip(items, odds, strict=True) if score >= least]
    return [_article(served, rank, *pair) for rank, pair in enumerate(kept, start=1)]


def _article(served: LoadedRelease, rank: int, item: RecommendedItem, score: float) -> dict[str, Any]:
    row = served.catalogue.row(item.item)
    date, _, moment = (row.get("published_at") or "").partition("T")
    return {
        "rank": rank,
        "score": score,
        "item_id": item.item_id,
        "title": row.get("title"),
        "url": row.get("url"),
        "category": row.get("category"),
        "issuedDate": date or None,
        "issuedTime": moment[:8] or None,
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1_000, 3)
