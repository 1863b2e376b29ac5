"""Sends the head of a response together with its body: one system call, where uvicorn makes two."""

from __future__ import annotations

import asyncio
from typing import Any

#: A head begins like this; the client waits for `100 Continue`, which is therefore sent at once.
_HEAD, _CONTINUE = b"HTTP/1.1 ", b"HTTP/1.1 1"


class CoalescingTransport:
    """A transport that keeps the head of a response until the first bytes of the body follow.

    Args:
        transport: the connection's transport; it does everything else.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head = transport, b""
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Send bytes after a waiting head, or let them wait where they are a head."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        elif data.startswith(_HEAD) and not data.startswith(_CONTINUE):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Send a waiting head without a body."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send a waiting head and close the connection."""
        self.flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        """Return any other attribute of the transport."""
        return getattr(self._transport, name)
