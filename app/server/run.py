"""How the service listens; benchmarks let others listen in the same way."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from app.server.http_protocol import bounded_heads
from app.settings import ApiSettings


def listen(app: ASGIApp, settings: ApiSettings) -> None:
    """Serve an application until told to stop."""
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        http=bounded_heads(
            settings.api_max_header_bytes, settings.api_header_seconds, settings.api_body_seconds
        ),
        limit_concurrency=settings.api_max_connections,
        ws="none",
        access_log=settings.api_access_log,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
