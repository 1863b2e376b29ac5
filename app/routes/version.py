"""The version of the code."""

from __future__ import annotations

from fastapi import APIRouter

from app.schemas.version import Version, describe_version

router = APIRouter(tags=["health"])


@router.get("/version")
async def version() -> Version:
    """Return the version of the code."""
    return Version(**describe_version())
