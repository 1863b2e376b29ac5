"""Uvicorn's HTTP protocol with bounds on a request's head, and on the time that head and body may take.

Without them a client can send headers without end, all of which are kept in memory, or send a body byte by
byte and occupy a connection for hours.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.response_coalescing import CoalescingTransport
from app.settings import ApiSettings


class BoundedHttpProtocol(HttpToolsProtocol):
    """Answers 431 to a head that is too large and 408 to a head or body that is late, then disconnects.

    Attributes:
        max_head_bytes: size of the largest accepted head.
        head_seconds: time that a head may take.
        body_seconds: time that a body may take.
        coalesces: whether the head of a response is sent together with its body.
    """

    max_head_bytes: ClassVar[int]
    head_seconds: ClassVar[float]
    body_seconds: ClassVar[float]
    coalesces: ClassVar[bool]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head, self._in_body, self._is_refused, self._head_bytes = False, False, False, 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer of the first head."""
        if self.coalesces:
            transport = CoalescingTransport(transport)  # type: ignore[assignment]  # has all that uvicorn uses
        super().connection_made(transport)
        self._start_timer(self.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer."""
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Begin to count the bytes of a head."""
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_response_complete(self) -> None:
        """Send the head of a response that had no body."""
        if isinstance(self.transport, CoalescingTransport):
            self.transport.flush()
        super().on_response_complete()

    def on_headers_complete(self) -> None:
        """Check the size of a complete head, which may have arrived together with other requests."""
        self._in_head = False
        self._stop_timer()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise ValueError("the head is too large")  # stops the parser; uvicorn catches it
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the timer of a body; a request without a body ends here, too."""
        self._in_body = False
        self._stop_timer()
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Parse the bytes, and check the size of a head that is not yet complete."""
        super().data_received(data)
        if self._in_body and self._deadline is None:
            self._start_timer(self.body_seconds)
        if not self._in_head or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > self.max_head_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._deadline is None:
            self._start_timer(self.head_seconds)

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not HTTP, unless the request has been refused."""
        if not self._is_refused:
            super().send_400_response(msg)

    def _start_timer(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_timer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._stop_timer()
        if self._is_response_due(status):
            self._send_status(status)
        self._is_refused, self._in_head, self._in_body = True, False, False
        self.transport.close()

    def _is_response_due(self, status: HTTPStatus) -> bool:
        """Return whether the client has begun a request and waits for no earlier response."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return self._in_head or status != HTTPStatus.REQUEST_TIMEOUT
        return not (self._in_head or cycle.response_started or self.pipeline)

    def _send_status(self, status: HTTPStatus) -> None:
        self.transport.write(b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()))
        self.transport.write(b"content-length: 0\r\nconnection: close\r\n\r\n")


def bounded_protocol(settings: ApiSettings) -> type[asyncio.Protocol]:
    """Return the protocol with the bounds of the settings, for the argument `http` of `uvicorn.run`."""
    bounds = {
        "max_head_bytes": settings.api_max_header_bytes,
        "head_seconds": settings.api_header_seconds,
        "body_seconds": settings.api_body_seconds,
        "coalesces": settings.api_coalesce_responses,
    }
    return type("ConfiguredHttpProtocol", (BoundedHttpProtocol,), bounds)
