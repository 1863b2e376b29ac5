"""What browsers are told of every answer: take it for what it says it is, show it nowhere, load nothing."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A page brings a policy of its own.
POLICY = b"content-security-policy"
#: Of an answer that is no page.
HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class SecurityHeaders:
    """ASGI middleware.

    Args:
        app: whose answers are meant; those that have a policy keep their headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if not any(name == POLICY for name, _ in headers):
                    message["headers"] = [*headers, *_RAW]
            await send(message)

        await self._app(scope, receive, told)
