"""Runs uvicorn for the service, and in benchmarks for others in the same way."""

from __future__ import annotations

import uvicorn
from starlette.types import ASGIApp

from app.server.http_protocol import bounded_protocol
from app.settings import ApiSettings


def listen(app: ASGIApp, settings: ApiSettings) -> None:
    """Serve an application until the process receives SIGTERM or SIGINT."""
    uvicorn.run(
        app,
        host=settings.api_host,
        port=settings.api_port,
        log_config=None,
        http=bounded_protocol(settings),
        limit_concurrency=settings.api_max_connections,
        ws="none",
        access_log=settings.api_access_log,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
