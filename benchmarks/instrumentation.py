"""What counting HTTP requests costs: requests a second of an empty route, by kind of instrumentation.

    python -m benchmarks.instrumentation [seconds] [rounds]

Each variant runs in a uvicorn process of its own on loopback; one client process keeps eight
connections busy. The rounds alternate between the variants, so that a noisy machine hits all alike;
the median of the rounds counts.
"""

import asyncio
import multiprocessing
import socket
import statistics
import sys
import time
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator, metrics

from app.http_metrics import HttpMetrics

Variant = Callable[[FastAPI], None]

CONNECTIONS = 8
REQUEST = b"GET /empty HTTP/1.1\r\nHost: localhost\r\n\r\n"


def bare(app: FastAPI) -> None:
    pass


def stock(app: FastAPI) -> None:
    Instrumentator(registry=CollectorRegistry()).instrument(app)


def tuned(app: FastAPI) -> None:
    """One histogram, no sizes, ungrouped statuses: as little as the instrumentator can be asked for."""
    registry = CollectorRegistry()
    latency = metrics.latency(registry=registry, buckets=(0.005, 0.05, 0.5))
    Instrumentator(should_group_status_codes=False, registry=registry).add(latency).instrument(app)


def light(app: FastAPI) -> None:
    app.add_middleware(HttpMetrics, registry=CollectorRegistry())


VARIANTS = (bare, stock, tuned, light)


def make_app(variant: Variant) -> FastAPI:
    app = FastAPI()

    @app.get("/empty")
    async def empty() -> Response:
        return Response()

    variant(app)
    return app


def serve(variant: Variant, port: int) -> None:
    uvicorn.run(make_app(variant), host="127.0.0.1", port=port, access_log=False, log_level="error")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def one_connection(port: int, until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until:
        writer.write(REQUEST)
        await reader.readuntil(b"\r\n\r\n")
        done += 1
    writer.close()
    return done


async def load(port: int, seconds: float) -> float:
    until = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(one_connection(port, until) for _ in range(CONNECTIONS)))) / seconds


def wait_for(port: int) -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def main(seconds: float = 3.0, rounds: int = 5) -> None:
    import uvloop

    ports = {variant: free_port() for variant in VARIANTS}
    servers = [multiprocessing.Process(target=serve, args=each, daemon=True) for each in ports.items()]
    for server in servers:
        server.start()
    for port in ports.values():
        wait_for(port)
        uvloop.run(load(port, 0.5))
    rates: dict[Variant, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(rounds):
        for variant, port in ports.items():
            rates[variant].append(uvloop.run(load(port, seconds)))
    for server in servers:
        server.terminate()
    base = statistics.median(rates[bare])
    for variant, found in rates.items():
        rate, spread = statistics.median(found), f"({min(found):.0f} to {max(found):.0f})"
        print(f"{variant.__name__:6} {rate:8.0f} requests/s {rate / base - 1:+7.1%}  {spread}")


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((float, int), sys.argv[1:], strict=False)))
