"""The API's document for people: pages that load their viewer from a CDN, and may load nothing else."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse

from app.middleware.content_security_policy import hashes, policy
from app.routes.web import HEADERS

_DOCUMENT = "openapi.json"
_CDN = "https://cdn.jsdelivr.net"
_ICON = "https://fastapi.tiangolo.com"
#: Both viewers style what they draw themselves.
_STYLES = f"{_CDN} 'unsafe-inline'"


def make_router(title: str) -> APIRouter:
    """Make the routes of the two viewers."""
    router = APIRouter(include_in_schema=False)
    swagger = _page(get_swagger_ui_html(openapi_url=_DOCUMENT, title=title))
    redoc = _page(get_redoc_html(openapi_url=_DOCUMENT, title=title, with_google_fonts=False))

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        """Return the page on which requests can be tried."""
        return swagger

    @router.get("/redoc")
    async def reference() -> HTMLResponse:
        """Return the page to read."""
        return redoc

    return router


def _page(made: HTMLResponse) -> HTMLResponse:
    text = bytes(made.body).decode()
    scripts = f"{_CDN} {hashes(text, 'script')}".strip()
    told = policy(script=scripts, style=_STYLES, img=f"data: {_ICON}", worker="blob:")
    return HTMLResponse(text, headers=HEADERS | {"Content-Security-Policy": told})
