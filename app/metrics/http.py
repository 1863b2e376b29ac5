"""Counts and times HTTP requests under the names of prometheus-fastapi-instrumentator, at less cost.

The route is taken from where the router left it, not matched a second time, and metrics are
plain numbers until they are asked for. docs/dependencies.md says what
`benchmarks/serving/instrumentation.py` measured.
"""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.metrics.fast_counters import FastCounters, FastHistograms

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class HttpMetrics:
    """ASGI middleware; labels are the route's template, a known method and the class of the status.

    Args:
        app: what it watches.
        registry: where the metrics are kept.
    """

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self._app = app
        by = ("method", "status", "handler")
        self._count = FastCounters("http_requests", "Requests answered.", by, registry).labels
        name, words = "http_request_duration_seconds", "Time until the answer was sent."
        self._time = FastHistograms(name, words, ("method", "handler"), SECONDS, registry).labels

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and note how it went; one without an answer counts as 5xx."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        start = time.perf_counter()
        try:
            await self._app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in _METHODS else "other"
            handler = getattr(scope.get("route"), "path", "none")
            self._count(method, f"{status // 100}xx", handler).inc()
            self._time(method, handler).observe(time.perf_counter() - start)
