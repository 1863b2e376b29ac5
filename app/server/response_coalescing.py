"""An answer's head goes out with its body: one call of the system, where uvicorn makes two."""

from __future__ import annotations

import asyncio
from typing import Any

#: Begins an answer; `100 Continue` is none, the client waits for it.
_HEAD, _CONTINUE = b"HTTP/1.1 ", b"HTTP/1.1 1"


class CoalescingTransport:
    """A transport that holds an answer's head until the first of its body is there.

    Args:
        transport: of the connection; it does all else.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send, or hold what begins an answer."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(_HEAD) and not data.startswith(_CONTINUE):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a head that has no body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is held, then hang up."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        """Return what else the transport can do."""
        return getattr(self._transport, name)
