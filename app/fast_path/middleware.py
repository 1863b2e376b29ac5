"""Answers `GET /recommendations` before routing, request validation and instrumentation."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from starlette.datastructures import State
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.fast_path.parsed_query_cache import ParsedQueryCache
from app.metrics.http import RequestRecorder
from app.middleware.body_limit import content_length
from app.serving.parsed_query import ParsedQuery

PATH = "/recommendations"
_QUERY = "manchete.parsed_query"

Respond = Callable[[State, ParsedQuery], Response]


class FastPath:
    """ASGI middleware; a request that it cannot answer takes the plain path through the application.

    Args:
        app: the plain path.
        queries: parsed query strings; those that the plain path has validated are added to it.
        respond: makes the response to a parsed query, as the route does.
        middleware: what else surrounds the route in the plain path, outermost first.
        record: counts a response in the HTTP metrics.
    """

    def __init__(
        self,
        app: ASGIApp,
        queries: ParsedQueryCache,
        respond: Respond,
        middleware: Sequence[Middleware],
        record: RequestRecorder,
    ) -> None:
        self._app, self._queries, self._respond, self._record = app, queries, respond, record
        self._fast_app: ASGIApp = self._send_response
        for layer in reversed(middleware):
            self._fast_app = layer.cls(self._fast_app, *layer.args, **layer.kwargs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the parsed query, or pass the request on and keep its parsed query."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] != PATH:
            await self._app(scope, receive, send)
            return
        query = await self._queries.find(scope["query_string"])
        if query is not None:
            scope[_QUERY] = query
            await self._answer(scope, receive, send)
            return
        await self._app(scope, receive, send)
        query = scope.get("state", {}).get("cacheable_query")
        if query is not None:
            self._queries.put(scope["query_string"], query)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        status, response_bytes, start = 500, 0, time.perf_counter()

        async def send_and_observe(message: Message) -> None:
            nonlocal status, response_bytes
            if message["type"] == "http.response.start":
                status, response_bytes = message["status"], content_length(message["headers"])
            await send(message)

        try:
            await self._fast_app(scope, receive, send_and_observe)
        finally:
            seconds = time.perf_counter() - start
            self._record(status, content_length(scope["headers"]), response_bytes, seconds)

    async def _send_response(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._respond(scope["app"].state, scope[_QUERY])(scope, receive, send)
