"""How good the served release was found to be before it was published."""

from __future__ import annotations

import csv
import io
from typing import Any

from fastapi import APIRouter, Request, Response

from app.dependencies import ServedNow

router = APIRouter(prefix="/evaluation", tags=["evaluation"])


@router.get("/metrics", response_model=list[dict[str, Any]])
async def metrics(served: ServedNow, request: Request) -> Any:
    """Return a record a segment and model; CSV when `text/csv` is accepted."""
    if "text/csv" in request.headers.get("accept", ""):
        return _csv(served.metrics)
    return served.metrics


@router.get("/metrics.csv")
async def metrics_csv(served: ServedNow) -> Response:
    """Return the same as CSV."""
    return _csv(served.metrics)


def _csv(records: list[dict[str, Any]]) -> Response:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(records[0]) if records else [])
    writer.writeheader()
    writer.writerows(records)
    return Response(text.getvalue(), media_type="text/csv")
