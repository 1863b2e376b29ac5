"""The offline evaluation of the served release."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from app.dependencies import LoadedReleaseDep
from app.errors import Problem

router = APIRouter(prefix="/evaluation", tags=["evaluation"])

_CSV = "text/csv"
_CSV_RESPONSE: dict[str, Any] = {"description": "One row for each record.", "content": {_CSV: {}}}


class Evaluation(BaseModel):
    """The evaluation of the served release: one record for each segment and model, baselines included."""

    release: str
    as_of_ms: int
    records: list[dict[str, Any]]


_JSON_OR_CSV = {"model": Evaluation, "content": {_CSV: {}}}


@router.get("/metrics", response_model=None, responses={200: _JSON_OR_CSV, 503: {"model": Problem}})
async def metrics(release: LoadedReleaseDep, request: Request) -> Response:
    """Return the evaluation as JSON, or as CSV where `text/csv` is preferred."""
    if _prefers_csv(request.headers.get("accept", "")):
        return _csv_response(release.evaluation)
    manifest = release.manifest
    body = {"release": release.id, "as_of_ms": manifest.as_of_ms, "records": release.evaluation}
    return JSONResponse(body, headers={"Vary": "Accept"})


@router.get("/metrics.csv", response_model=None, responses={200: _CSV_RESPONSE, 503: {"model": Problem}})
async def metrics_csv(release: LoadedReleaseDep) -> Response:
    """Return the evaluation as CSV."""
    return _csv_response(release.evaluation)


def _prefers_csv(accept: str) -> bool:
    """Tell whether an Accept header gives CSV at least the weight of JSON."""
    weights = dict(_parse_weight(part) for part in accept.lower().split(","))
    csv_weight = weights.get(_CSV, weights.get("text/*", 0.0))
    return csv_weight > 0 and csv_weight >= weights.get("application/json", 0.0)


def _parse_weight(part: str) -> tuple[str, float]:
    """Return the media type of a part of the header, and its weight `q`."""
    media_type, _, rest = part.partition(";")
    name, _, value = rest.strip().partition("=")
    try:
        return media_type.strip(), float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return media_type.strip(), 1.0


def _csv_response(records: Sequence[Mapping[str, Any]]) -> Response:
    text = io.StringIO()
    columns = dict.fromkeys(name for record in records for name in record)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    return Response(text.getvalue(), headers=headers, media_type=_CSV)
