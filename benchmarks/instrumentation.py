"""What counting HTTP requests costs: the server's processor time a request, by kind of instrumentation.

    python -m benchmarks.instrumentation [data root]

Asks an empty route; given a data root that holds a release, the service's own recommendations. Each
variant runs in a uvicorn process of its own on loopback; one client process keeps eight connections
busy. The rounds alternate between the variants, so that a noisy machine hits all alike; the median of
the rounds counts, and of the rounds' ratios to the bare application. Linux only: reads /proc.
"""

import asyncio
import multiprocessing
import os
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator, metrics

from app.main import create_app
from app.metrics.http import SECONDS as BUCKETS
from app.metrics.http import HttpMetrics
from app.settings import ApiSettings
from pipelines.embedded.ports import find_free_port

Variant = Callable[[FastAPI], None]

CONNECTIONS = 8
SECONDS = 1.0
ROUNDS = 15
TICKS = os.sysconf("SC_CLK_TCK")
EMPTY = "/empty"
RECOMMENDATIONS = "/recommendations?user_id=u1&num_recs=10"


def bare(app: FastAPI) -> None:
    pass


def stock(app: FastAPI) -> None:
    Instrumentator(registry=CollectorRegistry()).instrument(app)


def tuned(app: FastAPI) -> None:
    """What the own counters count, and no sizes: as little as the instrumentator can be asked for."""
    registry = CollectorRegistry()
    latency = metrics.latency(should_include_status=False, registry=registry, buckets=BUCKETS)
    counted = metrics.requests(registry=registry)
    Instrumentator(registry=registry).add(latency, counted).instrument(app)


def own(app: FastAPI) -> None:
    app.add_middleware(HttpMetrics, registry=CollectorRegistry())


VARIANTS = (bare, stock, tuned, own)


def empty_app() -> FastAPI:
    app = FastAPI()

    @app.get(EMPTY)
    async def empty() -> Response:
        return Response()

    return app


def service(data_root: Path) -> FastAPI:
    """The service without its own counters."""
    app = create_app(ApiSettings(data_root=data_root))
    app.user_middleware = [each for each in app.user_middleware if each.cls is not HttpMetrics]
    return app


def serve(make_app: Callable[[], FastAPI], variant: Variant, port: int) -> None:
    app = make_app()
    variant(app)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="error")


async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bytes:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))
    return head


async def one_connection(port: int, path: str, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        head = await ask(reader, writer, path)
        assert head.startswith(b"HTTP/1.1 200"), head
        done += 1
    writer.close()
    return done


async def load(port: int, path: str, seconds: float = SECONDS) -> int:
    until = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(one_connection(port, path, until) for _ in range(CONNECTIONS))))


async def is_up(port: int, path: str) -> bool:
    try:
        head = await ask(*await asyncio.open_connection("127.0.0.1", port), path)
    except OSError:
        return False
    return head.startswith(b"HTTP/1.1 200")


def wait_for(port: int, path: str) -> None:
    while not uvloop.run(is_up(port, path)):
        time.sleep(0.1)
    uvloop.run(load(port, path))


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def microseconds(pid: int, port: int, path: str) -> float:
    before = cpu_seconds(pid)
    requests = uvloop.run(load(port, path))
    return (cpu_seconds(pid) - before) / requests * 1e6


def measure(make_app: Callable[[], FastAPI], path: str) -> dict[Variant, list[float]]:
    ports = {variant: find_free_port() for variant in VARIANTS}
    servers = {
        variant: multiprocessing.Process(target=serve, args=(make_app, variant, port), daemon=True)
        for variant, port in ports.items()
    }
    for server in servers.values():
        server.start()
    for port in ports.values():
        wait_for(port, path)
    found: dict[Variant, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(ROUNDS):
        for variant, port in ports.items():
            found[variant].append(microseconds(servers[variant].pid, port, path))
    for server in servers.values():
        server.terminate()
    return found


def main(data_root: str | None = None) -> None:
    make_app = partial(service, Path(data_root)) if data_root else empty_app
    found = measure(make_app, RECOMMENDATIONS if data_root else EMPTY)
    for variant, costs in found.items():
        ratios = [cost / base for cost, base in zip(costs, found[bare], strict=True)]
        quarters = statistics.quantiles(ratios, n=4)
        print(
            f"{variant.__name__:6} {statistics.median(costs):6.0f} µs a request"
            f"  ×{quarters[1]:.3f} ({quarters[0]:.3f} to {quarters[2]:.3f})"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
