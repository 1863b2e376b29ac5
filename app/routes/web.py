"""The page at `/` to try the service: one file without external resources, which works offline."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.middleware.content_security_policy import PAGE_HEADERS, hashes, policy


def make_router(page: Path) -> APIRouter:
    """Make the route of a page; it reads the file once.

    Args:
        page: HTML file.
    """
    router = APIRouter(include_in_schema=False)
    text = page.read_text(encoding="utf-8")
    content_policy = policy(script=hashes(text, "script"), style=hashes(text, "style"), img="data:")
    headers = PAGE_HEADERS | {"Content-Security-Policy": content_policy}

    @router.get("/")
    async def index() -> HTMLResponse:
        """Return the page."""
        return HTMLResponse(text, headers=headers)

    return router
