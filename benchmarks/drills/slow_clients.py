"""Clients that send their requests a byte at a time, headers or body, beside the usual ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any

from benchmarks.drills.load import Load
from benchmarks.drills.outcome import Outcome
from benchmarks.drills.stand import Stand, lost
from benchmarks.drills.swarm import Swarm
from tests.support.services import EVENTS_KEY

_HEADERS = b"GET /recommendations HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 4_000
_POST = f"POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: {EVENTS_KEY}\r\nContent-Length: 4000\r\n\r\n"


def run(
    stand: Stand, seconds: float = 20.0, slow: int = 400, rate: float = 100.0, patience: float = 10.0
) -> Outcome:
    replica = stand.replica(api_header_seconds=patience, api_body_seconds=patience)
    with Load([replica.port], rate=rate) as alone:
        time.sleep(min(seconds, 3.0))
    crowd = _Crowd(replica.port, slow)
    with crowd, Load([replica.port], rate=rate) as load:
        time.sleep(seconds)
        held = crowd.open
    outcome = Outcome.of(load.seen, lost(stand, load), slow_clients=slow, still_held=held)
    outcome.facts["p99_without_them_ms"] = round(alone.seen.at(0.99), 2)
    outcome.demand(crowd.connected == slow, f"{crowd.connected} slow clients were let in")
    outcome.demand(held == 0 or seconds < patience, f"{held} slow clients were still held")
    outcome.demand(replica.health()["status"] == "ready", "the service is not ready afterwards")
    return outcome


class _Crowd(Swarm):
    """Slow clients: half of them send headers, half a body."""

    def __init__(self, port: int, size: int) -> None:
        super().__init__()
        self._port, self._size = port, size
        self.open = self.connected = 0

    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        return (self._drip(number) for number in range(self._size))

    async def _drip(self, number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        self.connected += 1
        self.open += 1
        head, rest = (_HEADERS[:40], _HEADERS[40:]) if number % 2 else (_POST.encode(), b"[" + b" " * 3_999)
        try:
            writer.write(head)
            for byte in rest:
                if self.stopped or reader.at_eof():
                    break
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.5)
        except OSError:
            pass
        self.open -= 1
        writer.close()
