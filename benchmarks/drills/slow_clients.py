"""Clients that send headers or body one byte at a time, in parallel with normal load."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine, Iterable
from typing import Any

from benchmarks.harness.background_clients import BackgroundClients
from benchmarks.harness.cluster import Cluster
from benchmarks.harness.drill_report import DrillReport
from benchmarks.harness.user_load import UserLoad
from tests.support.processes.api_client import EVENTS_KEY

_HEADERS = b"GET /recommendations HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"a" * 4_000
_POST = f"POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: {EVENTS_KEY}\r\nContent-Length: 4000\r\n\r\n"


def run(
    cluster: Cluster,
    seconds: float = 20.0,
    client_count: int = 400,
    rate: float = 100.0,
    timeout_seconds: float = 10.0,
) -> DrillReport:
    replica = cluster.start_replica(api_header_seconds=timeout_seconds, api_body_seconds=timeout_seconds)
    with UserLoad([replica.port], rate=rate) as baseline:
        time.sleep(min(seconds, 3.0))
    slow = _SlowClients(replica.port, client_count)
    with slow, UserLoad([replica.port], rate=rate) as load:
        time.sleep(seconds)
        still_open = slow.open
    report = DrillReport.of(
        load.result, cluster.count_lost(load), slow_clients=client_count, still_open=still_open
    )
    report.facts["p99_without_them_ms"] = round(baseline.result.latency_ms(0.99), 2)
    report.require(slow.connected == client_count, f"{slow.connected} slow clients connected")
    report.require(still_open == 0 or seconds < timeout_seconds, f"{still_open} slow clients were not cut")
    report.require(replica.health()["status"] == "ready", "the service is not ready afterwards")
    return report


class _SlowClients(BackgroundClients):
    """Slow clients: half of them send headers, half a body.

    Attributes:
        connected: number of connections so far.
        open: number of connections now.
    """

    def __init__(self, port: int, client_count: int) -> None:
        super().__init__()
        self._port, self._client_count = port, client_count
        self.open = self.connected = 0

    def clients(self) -> Iterable[Coroutine[Any, Any, None]]:
        return (self._send_slowly(number) for number in range(self._client_count))

    async def _send_slowly(self, number: int) -> None:
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
