"""The metrics endpoint, for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.dependencies import TelemetryDep

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(telemetry: TelemetryDep) -> Response:
    """Return every metric in Prometheus's text format."""
    return Response(generate_latest(telemetry.registry), media_type=CONTENT_TYPE_LATEST)
