"""Refuses request bodies that are too large, before they are read."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TOO_LARGE, problem


class BodyLimit:
    """ASGI middleware; a body without a length is counted while it is received.

    Args:
        app: application that gets the other requests.
        max_bytes: size of the largest accepted body.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app, self._max_bytes = app, max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413, or pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif content_length(scope["headers"]) > self._max_bytes:
            await problem(413, self._detail(), remedy=TOO_LARGE)(scope, receive, send)
        else:
            await self._app(scope, self._count_bytes(receive), send)

    def _detail(self) -> str:
        return f"the body is larger than {self._max_bytes} bytes"

    def _count_bytes(self, receive: Receive) -> Receive:
        total = 0

        async def receive_counted() -> Message:
            nonlocal total
            message = await receive()
            total += len(message.get("body", b""))
            if total > self._max_bytes:
                raise HTTPException(413, self._detail())
            return message

        return receive_counted


def content_length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Return the length that ASGI headers declare; 0 without one."""
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0
