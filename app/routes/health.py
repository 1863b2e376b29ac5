"""Whether the service is alive, and whether it can answer."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from app.dependencies import ServedNow

router = APIRouter(tags=["health"])


@router.get("/health/live")
async def live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@router.get("/health/ready")
@router.get("/health")
async def ready(served: ServedNow) -> dict[str, Any]:
    """Say which release is served; 503 with the reason until there is one."""
    manifest = served.engine.release.manifest
    return {"status": "ready", "release": manifest.release_id, "as_of_ms": manifest.as_of_ms}
