"""Load over HTTP/1.1: connections that send the next request when the answer to the last one is there.

Requests are bytes made beforehand: this process shall not be what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np

CONNECTIONS = 16
_LENGTH = b"content-length: "


@dataclass
class Load:
    """What came of it: seconds of each answer, how many were not 200, and how long it all took."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def quantile(self, share: float) -> float:
        """Return the time within which this share of the answers came, ms."""
        return float(np.quantile(self.took, share)) * 1e3


class Connection(asyncio.Protocol):
    """Sends one request after the other.

    Args:
        requests: gives them.
        load: takes what comes of them.
        pace: the seconds between two; 0 sends when the last one is answered. What is late counts from
            the moment at which it should have been sent.
        until: the moment after which nothing is sent, by `time.perf_counter`.
    """

    def __init__(self, requests: Iterator[bytes], load: Load, pace: float, until: float) -> None:
        self._requests, self._load, self._pace, self._until = requests, load, pace, until
        self._due = time.perf_counter()
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._send()

    def data_received(self, data: bytes) -> None:
        """Take bytes; once an answer is whole, note it and send the next request."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or len(self._buffer) < head + 4 + _length(self._buffer[:head]):
            return
        now = time.perf_counter()
        self._load.took.append(now - self._due)
        self._load.failed += not self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self._due = max(self._due + self._pace, now if not self._pace else 0.0)
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._send)
        else:
            self._send()

    def _send(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._until else None
        if request is None:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.write(request)

    def connection_lost(self, error: Exception | None) -> None:
        """Be done; what was cut off is a failure."""
        self._load.failed += error is not None
        if not self.done.done():
            self.done.set_result(None)


def _length(head: bytes) -> int:
    start = head.lower().index(_LENGTH) + len(_LENGTH)
    return int(head[start:].split(b"\r\n", 1)[0])


async def press(
    port: int,
    requests: Iterator[bytes],
    seconds: float,
    *,
    rate: float = 0.0,
    connections: int = CONNECTIONS,
) -> Load:
    """Keep a server of this machine busy, or ask it at a rate.

    Args:
        port: where it listens.
        requests: whole, as bytes; ends early where there are no more.
        seconds: for so long.
        rate: requests a second over all connections; 0 for as many as it answers.
        connections: how many.
    """
    load, start = Load(), time.perf_counter()
    pace = connections / rate if rate else 0.0
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(
            lambda: Connection(requests, load, pace, start + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(each.done for _, each in opened))
    load.seconds = time.perf_counter() - start
    return load
