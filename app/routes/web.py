"""The page to try the service with: one file, no outside resources, works offline."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from app.middleware.content_security_policy import hashes, policy

#: Of every page; its policy comes on top.
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}


def make_router(page: Path) -> APIRouter:
    """Make the route of a page; the file is read once."""
    router = APIRouter(include_in_schema=False)
    text = page.read_text(encoding="utf-8")
    allowed = policy(script=hashes(text, "script"), style=hashes(text, "style"), img="data:")
    headers = HEADERS | {"Content-Security-Policy": allowed}

    @router.get("/")
    async def index() -> HTMLResponse:
        """Return the page."""
        return HTMLResponse(text, headers=headers)

    return router
