"""The cost of counting HTTP requests: the server's CPU time per request, by kind of instrumentation.

    python -m benchmarks.serving.instrumentation [data root]

Requests an empty route or, given a data root with a release, the service's recommendations. Each variant runs
in a uvicorn process of its own on loopback; one client process keeps eight connections busy. The variants
alternate, so that noise affects all equally; the results are medians over the rounds, of the costs and of
their ratios to the bare application. Linux only: reads /proc.
"""

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import repeat
from pathlib import Path

import httpx
import uvicorn
import uvloop
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from prometheus_fastapi_instrumentator import Instrumentator, metrics

from app.main import create_app
from app.metrics.http import SECONDS as BUCKETS
from app.metrics.http import HttpMetrics
from app.settings import ApiSettings
from benchmarks.serving.baseline_services import make_empty_service
from benchmarks.serving.load_generator import generate_load
from benchmarks.serving.server_process import cpu_seconds
from pipelines.embedded.ports import free_port

Variant = Callable[[FastAPI], None]

CONNECTIONS = 8
SECONDS = 1.0
ROUNDS = 15
EMPTY = "/recommendations"
RECOMMENDATIONS = "/recommendations?user_id=u1&num_recs=10"


def bare(app: FastAPI) -> None:
    """Add nothing."""


def stock(app: FastAPI) -> None:
    """Add the instrumentator with its defaults."""
    Instrumentator(registry=CollectorRegistry()).instrument(app)


def tuned(app: FastAPI) -> None:
    """Add the instrumentator with the product's metrics only: no sizes."""
    registry = CollectorRegistry()
    latency = metrics.latency(should_include_status=False, registry=registry, buckets=BUCKETS)
    requests = metrics.requests(registry=registry)
    Instrumentator(registry=registry).add(latency, requests).instrument(app)


def product(app: FastAPI) -> None:
    """Add the product's own middleware."""
    app.add_middleware(HttpMetrics, registry=CollectorRegistry())


VARIANTS = (bare, stock, tuned, product)


def make_service(data_root: Path) -> FastAPI:
    """Make the service without its request metrics."""
    app = create_app(ApiSettings(data_root=data_root))
    app.user_middleware = [entry for entry in app.user_middleware if entry.cls is not HttpMetrics]
    return app


def serve(make_app: Callable[[], FastAPI], variant: Variant, port: int) -> None:
    app = make_app()
    variant(app)
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="error")


def send_requests(port: int, path: str) -> int:
    """Keep the server busy for a round; return the number of responses."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    result = uvloop.run(generate_load(port, repeat(request), SECONDS, connections=CONNECTIONS))
    if result.failed:
        raise RuntimeError(f"{result.failed} requests failed")
    return len(result.latencies)


def warm_up(port: int, path: str) -> None:
    """Wait until the server responds, and keep it busy for a round."""
    while not _is_up(port, path):
        time.sleep(0.1)
    send_requests(port, path)


def _is_up(port: int, path: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200
    except httpx.TransportError:
        return False


def measure_us(pid: int, port: int, path: str) -> float:
    """Return the server's CPU time per request over a round, µs."""
    before = cpu_seconds(pid)
    requests = send_requests(port, path)
    return (cpu_seconds(pid) - before) / requests * 1e6


def measure(make_app: Callable[[], FastAPI], path: str) -> dict[Variant, list[float]]:
    """Return the costs of each variant by round, µs."""
    ports = {variant: free_port() for variant in VARIANTS}
    servers = {
        variant: multiprocessing.Process(target=serve, args=(make_app, variant, port), daemon=True)
        for variant, port in ports.items()
    }
    for server in servers.values():
        server.start()
    for port in ports.values():
        warm_up(port, path)
    costs: dict[Variant, list[float]] = {variant: [] for variant in VARIANTS}
    for _ in range(ROUNDS):
        for variant, port in ports.items():
            costs[variant].append(measure_us(servers[variant].pid, port, path))
    for server in servers.values():
        server.terminate()
    return costs


def main(data_root: str | None = None) -> None:
    make_app = partial(make_service, Path(data_root)) if data_root else make_empty_service
    costs = measure(make_app, RECOMMENDATIONS if data_root else EMPTY)
    for variant, variant_costs in costs.items():
        ratios = [cost / base for cost, base in zip(variant_costs, costs[bare], strict=True)]
        quartiles = statistics.quantiles(ratios, n=4)
        print(
            f"{variant.__name__:7} {statistics.median(variant_costs):6.0f} µs per request"
            f"  ×{quartiles[1]:.3f} ({quartiles[0]:.3f} to {quartiles[2]:.3f})"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
