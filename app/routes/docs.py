"""Pages of the API's document: Swagger UI and ReDoc, with scripts and styles from this service alone."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from app.middleware.content_security_policy import PAGE_HEADERS, hash_source, hashes, policy

#: Path of the viewers' scripts and styles.
ASSETS_PATH = "/docs/assets"
#: The pages name the assets without a leading slash, so that they work below any prefix of a proxy.
_ASSETS = ASSETS_PATH.removeprefix("/")
_DOCUMENT, _ICON = "openapi.json", f"{_ASSETS}/favicon.png"
#: ReDoc inserts an empty style element and fills it by script, which a policy does not restrict.
_EMPTY_STYLE = hash_source("")


def make_assets() -> StaticFiles:
    """Return the application that serves the viewers' files of the package fastapi-offline."""
    return StaticFiles(packages=[("fastapi_offline", "static")])


def make_router(title: str) -> APIRouter:
    """Return the router of both pages."""
    router = APIRouter(include_in_schema=False)
    swagger_ui = _add_policy(
        get_swagger_ui_html(
            openapi_url=_DOCUMENT,
            title=title,
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=_ICON,
        )
    )
    redoc = _add_policy(
        get_redoc_html(
            openapi_url=_DOCUMENT,
            title=title,
            redoc_js_url=f"{_ASSETS}/redoc.standalone.js",
            redoc_favicon_url=_ICON,
            with_google_fonts=False,
        )
    )

    @router.get("/docs")
    async def show_swagger_ui() -> HTMLResponse:
        """Return the page on which requests can be tried."""
        return swagger_ui

    @router.get("/redoc")
    async def show_redoc() -> HTMLResponse:
        """Return the reference."""
        return redoc

    return router


def _add_policy(page: HTMLResponse) -> HTMLResponse:
    html = bytes(page.body).decode()
    allowed = policy(
        script=f"'self' {hashes(html, 'script')}".strip(),
        style=f"'self' {_EMPTY_STYLE} {hashes(html, 'style')}".strip(),
        img="'self' data:",
        worker="blob:",
    )
    return HTMLResponse(html, headers=PAGE_HEADERS | {"Content-Security-Policy": allowed})
