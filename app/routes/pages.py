"""The page to try the service with: one file, no outside resources, works offline."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

_HEADERS = {
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
    headers = _HEADERS | {"Content-Security-Policy": _policy(text)}

    @router.get("/")
    async def index() -> HTMLResponse:
        """Return the page."""
        return HTMLResponse(text, headers=headers)

    return router


def _policy(text: str) -> str:
    """Allow the page's own inline blocks, requests to this service, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(text, 'script')}",
            f"style-src {_hashes(text, 'style')}",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _hashes(text: str, tag: str) -> str:
    blocks = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() for block in blocks)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
