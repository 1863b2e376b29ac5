"""Uvicorn's protocol on httptools with what it lacks: bounds on a request's head and on its body's time.

Without them a client can send headers for as long as it likes, and all of them are kept; or a body byte
by byte, and hold a connection for hours.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.server.response_coalescing import CoalescingTransport


class BoundedHttpProtocol(HttpToolsProtocol):
    """Answers 431 to a head that is too large, 408 to a head or body that does not come, and hangs up."""

    max_bytes: ClassVar[int]
    seconds: ClassVar[float]
    body_seconds: ClassVar[float]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun, self._in_body, self._refused, self._arrived = False, False, False, 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first head."""
        super().connection_made(CoalescingTransport(transport))  # type: ignore[arg-type]  # all that uvicorn uses
        self._wait(self.seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """A head begins."""
        self._begun, self._arrived = True, 0
        super().on_message_begin()

    def on_response_complete(self) -> None:
        """An answer is whole; it may have had no body."""
        cast(CoalescingTransport, self.transport).flush()
        super().on_response_complete()

    def on_headers_complete(self) -> None:
        """A head is whole; it may have come in one piece with what was before and after it."""
        self._begun = False
        self._stop_waiting()
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.max_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            raise ValueError("the head is too large")  # ends the parser's work; uvicorn catches it
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A body is whole, or there was none."""
        self._in_body = False
        self._stop_waiting()
        super().on_message_complete()

    def data_received(self, data: bytes) -> None:
        """Take the next bytes in; those of an unfinished head are counted as they come."""
        super().data_received(data)
        if self._in_body and self._deadline is None:
            self._wait(self.body_seconds)
        if not self._begun or self.transport.is_closing():
            return
        self._arrived += len(data)
        if self._arrived > self.max_bytes:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._deadline is None:
            self._wait(self.seconds)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, unless it has been answered."""
        if not self._refused:
            super().send_400_response(msg)

    def _wait(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: HTTPStatus) -> None:
        self._stop_waiting()
        # Nothing is said to who has asked nothing, and nothing amid the answer to an earlier request.
        if self._is_asked(status):
            self._say(status)
        self._refused, self._begun, self._in_body = True, False, False
        self.transport.close()

    def _is_asked(self, status: HTTPStatus) -> bool:
        """Tell whether the refusal is the next thing that the client waits for."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return self._begun or status != HTTPStatus.REQUEST_TIMEOUT
        return not (self._begun or cycle.response_started or self.pipeline)

    def _say(self, status: HTTPStatus) -> None:
        self.transport.write(b"HTTP/1.1 %d %s\r\n" % (status, status.phrase.encode()))
        self.transport.write(b"content-length: 0\r\nconnection: close\r\n\r\n")


def bounded_heads(max_bytes: int, seconds: float, body_seconds: float) -> type[asyncio.Protocol]:
    """Return the protocol with these bounds, as `uvicorn.run` takes it for `http`."""
    bounds = {"max_bytes": max_bytes, "seconds": seconds, "body_seconds": body_seconds}
    return type("BoundedHeads", (BoundedHttpProtocol,), bounds)
