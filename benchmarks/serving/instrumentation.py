"""Processor time of a request: what HTTP metrics cost, and what the fast path saves.

    python -m benchmarks.serving.instrumentation [data root]

Measures an empty FastAPI route without and with prometheus-fastapi-instrumentator and, given a data root
with a release, a cached list of the service: with every optimisation, without fast counters, and without
the fast path. Each variant runs in a server process of its own on loopback; one client process keeps eight
connections busy. The rounds alternate between the variants, so that a noisy machine affects all alike.
Prints the medians over the rounds and of the rounds' ratios to the empty route. Linux only: reads /proc.
"""

import asyncio
import multiprocessing
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import uvloop
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator

from app.main import create_app
from app.server.run import listen
from app.settings import ApiSettings
from pipelines.embedded.ports import find_free_port

CONNECTIONS = 8
SECONDS = 1.0
ROUNDS = 15
TICKS = os.sysconf("SC_CLK_TCK")
PATH = "/recommendations?user_id=u1&num_recs=10"


def empty() -> FastAPI:
    app = FastAPI()

    @app.get("/recommendations")
    async def recommendations() -> Response:
        return Response()

    return app


def instrumented() -> FastAPI:
    app = empty()
    Instrumentator(registry=CollectorRegistry()).instrument(app)
    return app


def service(data_root: Path, **switches: bool) -> FastAPI:
    return create_app(ApiSettings(data_root=data_root, env="dev", **switches))


def variants(data_root: Path | None) -> dict[str, Callable[[], FastAPI]]:
    routes: dict[str, Callable[[], FastAPI]] = {
        "empty route": empty,
        "empty route, instrumented": instrumented,
    }
    if data_root is None:
        return routes
    return routes | {
        "cached list": partial(service, data_root),
        "cached list, no fast counters": partial(service, data_root, api_fast_counters=False),
        "cached list, no fast path": partial(service, data_root, api_fast_path=False),
    }


def serve(make_app: Callable[[], FastAPI], port: int) -> None:
    listen(make_app(), ApiSettings(api_port=port, env="dev"))


async def request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(f"GET {PATH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
    return head


async def send_requests(port: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    requests = 0
    while time.perf_counter() < until:
        head = await request(reader, writer)
        assert head.startswith(b"HTTP/1.1 200"), head
        requests += 1
    writer.close()
    return requests


async def load(port: int) -> int:
    until = time.perf_counter() + SECONDS
    return sum(await asyncio.gather(*(send_requests(port, until) for _ in range(CONNECTIONS))))


async def is_ready(port: int) -> bool:
    try:
        head = await request(*await asyncio.open_connection("127.0.0.1", port))
    except OSError:
        return False
    return head.startswith(b"HTTP/1.1 200")


def warm_up(port: int) -> None:
    while not uvloop.run(is_ready(port)):
        time.sleep(0.1)
    uvloop.run(load(port))


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def microseconds(pid: int, port: int) -> float:
    before = cpu_seconds(pid)
    requests = uvloop.run(load(port))
    return (cpu_seconds(pid) - before) / requests * 1e6


def measure(apps: Mapping[str, Callable[[], FastAPI]]) -> dict[str, list[float]]:
    ports = {name: find_free_port() for name in apps}
    servers = {
        name: multiprocessing.Process(target=serve, args=(make_app, ports[name]), daemon=True)
        for name, make_app in apps.items()
    }
    for server in servers.values():
        server.start()
    for port in ports.values():
        warm_up(port)
    costs: dict[str, list[float]] = {name: [] for name in apps}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            costs[name].append(microseconds(servers[name].pid, port))
    for server in servers.values():
        server.terminate()
    return costs


def main(data_root: str | None = None) -> None:
    costs = measure(variants(Path(data_root) if data_root else None))
    for name, values in costs.items():
        ratios = [value / base for value, base in zip(values, costs["empty route"], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"{name:30} {statistics.median(values):6.0f} µs  ×{middle:.3f} ({low:.3f} to {high:.3f})")


if __name__ == "__main__":
    main(*sys.argv[1:])
