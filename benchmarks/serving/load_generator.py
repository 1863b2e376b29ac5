"""HTTP/1.1 load: connections that send the next request when the last response is complete.

Requests are bytes that are prepared beforehand, so that the load generator is not the bottleneck.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np

CONNECTIONS = 16
_CONTENT_LENGTH = b"content-length: "


@dataclass
class LoadResult:
    """The responses of a load.

    Attributes:
        seconds: duration of the load.
        latencies: seconds of each response.
        failed: number of responses with a status other than 200, and of cut connections.
    """

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failed: int = 0

    @property
    def rate(self) -> float:
        """Responses per second."""
        return len(self.latencies) / self.seconds

    def latency_ms(self, quantile: float) -> float:
        """Return a quantile of the latencies, ms."""
        return float(np.quantile(self.latencies, quantile)) * 1e3


class Connection(asyncio.Protocol):
    """Sends one request after the other.

    Args:
        requests: the source of requests.
        result: records the responses.
        interval: seconds between requests; 0 sends when the last response is complete. The latency of a
            late request counts from the moment at which it was due.
        end: no request is sent after this `perf_counter` time.
    """

    def __init__(self, requests: Iterator[bytes], result: LoadResult, interval: float, end: float) -> None:
        self._requests, self._result, self._interval, self._end = requests, result, interval, end
        self._due = time.perf_counter()
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's transport is no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        """Record a response once it is complete, and send the next request."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or len(self._buffer) < head + 4 + _body_length(self._buffer[:head]):
            return
        now = time.perf_counter()
        self._result.latencies.append(now - self._due)
        self._result.failed += not self._buffer.startswith(b"HTTP/1.1 200")
        self._buffer = b""
        self._due = max(self._due + self._interval, now if not self._interval else 0.0)
        if self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._send)
        else:
            self._send()

    def _send(self) -> None:
        request = next(self._requests, None) if time.perf_counter() < self._end else None
        if request is None:
            self._transport.close()
        elif not self._transport.is_closing():
            self._transport.write(request)

    def connection_lost(self, error: Exception | None) -> None:
        """Finish; an error counts as a failure."""
        self._result.failed += error is not None
        if not self.done.done():
            self.done.set_result(None)


def _body_length(head: bytes) -> int:
    start = head.lower().index(_CONTENT_LENGTH) + len(_CONTENT_LENGTH)
    return int(head[start:].split(b"\r\n", 1)[0])


async def generate_load(
    port: int,
    requests: Iterator[bytes],
    seconds: float,
    *,
    rate: float = 0.0,
    connections: int = CONNECTIONS,
) -> LoadResult:
    """Send requests to a local server, at full speed or at a rate.

    Args:
        port: of the server.
        requests: complete requests as bytes; the load ends early where they are exhausted.
        seconds: duration.
        rate: requests per second over all connections; 0 for full speed.
        connections: number of connections.
    """
    result, start = LoadResult(), time.perf_counter()
    interval = connections / rate if rate else 0.0
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(
            lambda: Connection(requests, result, interval, start + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in opened))
    result.seconds = time.perf_counter() - start
    return result
