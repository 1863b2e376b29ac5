"""Throughput and latency of the service against an empty route and simple services, each on one core.

    python -m benchmarks serving [--volume data] [--scale 0.1]

Without a volume a release is trained on generated files first. All servers share one core, the load comes
from the others; the services alternate, and the results are medians over the rounds, of rates and of their
ratios to the empty route. The rate per core second divides responses by the server's own CPU time: it is
reliable on a busy machine, where responses per second are not. Writes serving.csv and prints the targets.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
import uvloop
from rich.console import Console

from benchmarks.serving.load_generator import CONNECTIONS, LoadResult, generate_load
from benchmarks.serving.requests import event_requests, recent_items, recommendation_requests
from benchmarks.serving.server_process import KEY, Server, run_baseline, run_service
from benchmarks.serving.targets import print_results

#: Background events: size of batches, and batches per second.
BATCH_SIZE, BATCHES_PER_SECOND = 50, 10
#: Batches before the measurement, a minute's worth: trends reach their level at this rate.
WARM_UP_BATCHES = 600
#: Size of batches where POST /events is measured alone.
LARGE_BATCH_SIZE = 100
#: All servers share the first core; the second worker has the other.
SERVER_CORE, SECOND_CORE = 0, 1
SERVICES = ("empty", "cached", "uncached", "cached + events", "uncached + events", "als", "pandas")

Row = dict[str, Any]


class LoadTest:
    """Servers and the requests for them.

    Args:
        servers: by service.
        requests: for recommendations.
        batches: background events.
        large_batches: for POST /events alone.
    """

    def __init__(
        self,
        servers: dict[str, Server],
        requests: Sequence[bytes],
        batches: Sequence[bytes],
        large_batches: Sequence[bytes],
    ) -> None:
        self.servers, self._requests = servers, cycle(requests)
        self._batches, self._large_batches = cycle(batches), iter(large_batches)

    def warm_up(self, name: str, count: int) -> None:
        """Send a number of requests to a server."""
        load = uvloop.run(generate_load(self.servers[name].port, _take(self._requests, count), 600.0))
        if load.failed:
            raise RuntimeError(f"{name}: {load.failed} requests failed")

    def send_batches(self, name: str, count: int) -> None:
        """Send a number of event batches to a server."""
        batches = _take(self._batches, count)
        load = uvloop.run(generate_load(self.servers[name].port, batches, 600.0, connections=1))
        if load.failed:
            raise RuntimeError(f"{name}: {load.failed} batches failed")

    def measure(self, name: str, seconds: float, *, rate: float = 0.0) -> Row:
        """Measure one service; those named `… + events` receive background events."""
        server = self.servers[name]
        before = server.cpu_seconds()
        load = uvloop.run(self._load(server, seconds, rate, with_events="events" in name))
        cpu = server.cpu_seconds() - before
        return _row(name, load, cpu)

    async def _load(self, server: Server, seconds: float, rate: float, *, with_events: bool) -> LoadResult:
        requests = generate_load(server.port, self._requests, seconds, rate=rate)
        if not with_events:
            return await requests
        events = generate_load(server.port, self._batches, seconds, rate=BATCHES_PER_SECOND, connections=1)
        load, event_load = await asyncio.gather(requests, events)
        load.failed += event_load.failed
        return load

    def measure_together(self, names: Sequence[str], seconds: float) -> Row:
        """Measure several servers at the same time; they share the requests."""
        servers = [self.servers[name] for name in names]
        before = sum(server.cpu_seconds() for server in servers)
        loads = uvloop.run(self._load_all(servers, seconds))
        cpu = sum(server.cpu_seconds() for server in servers) - before
        latencies = [latency for load in loads for latency in load.latencies]
        duration = max(load.seconds for load in loads)
        load = LoadResult(duration, latencies, sum(load.failed for load in loads))
        return _row(f"{len(names)} workers", load, cpu / len(names))

    async def _load_all(self, servers: Sequence[Server], seconds: float) -> list[LoadResult]:
        loads = (generate_load(server.port, self._requests, seconds) for server in servers)
        return await asyncio.gather(*loads)

    def measure_events(self, name: str, seconds: float) -> Row:
        """Measure POST /events alone at full speed; rates are of events."""
        server = self.servers[name]
        before = server.cpu_seconds()
        load = uvloop.run(generate_load(server.port, self._large_batches, seconds, connections=CONNECTIONS))
        row = _row("POST /events", load, server.cpu_seconds() - before)
        return row | {unit: row[unit] * LARGE_BATCH_SIZE for unit in ("per_s", "per_core_s")}


def _row(name: str, load: LoadResult, cpu: float) -> Row:
    return {
        "service": name,
        "per_s": load.rate,
        "per_core_s": len(load.latencies) / max(cpu, 0.01),
        "p50_ms": load.latency_ms(0.5),
        "p99_ms": load.latency_ms(0.99),
        "failed": load.failed,
    }


def _take(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    return (next(requests) for _ in range(count))


def start_servers(stack: ExitStack, data_root: Path, folder: Path) -> dict[str, Server]:
    """Start all servers on one core, and the second worker on another."""
    no_cache = {"api_result_cache_size": 0}
    variants: dict[str, dict[str, int]] = {
        "cached": {},
        "uncached": no_cache,
        "cached + events": {},
        "uncached + events": no_cache,
    }
    servers = {"empty": stack.enter_context(run_baseline("empty", data_root, SERVER_CORE))}
    for name, settings in variants.items():
        log = f"sqlite://{folder}/{name.replace(' ', '')}.sqlite3"
        servers[name] = stack.enter_context(run_service(data_root, log, SERVER_CORE, **settings))
    log = f"sqlite://{folder}/uncached.sqlite3"
    servers["second worker"] = stack.enter_context(run_service(data_root, log, SECOND_CORE, **no_cache))
    for name in ("als", "pandas"):
        servers[name] = stack.enter_context(run_baseline(name, data_root, SERVER_CORE))
    return servers


def measure_services(test: LoadTest, rounds: int, seconds: float) -> list[Row]:
    """Measure all services in turns at full speed."""
    return [
        {"kind": "load", "round": number, **test.measure(name, seconds)}
        for number in range(rounds)
        for name in SERVICES
    ]


def measure_workers(test: LoadTest, rounds: int, seconds: float) -> list[Row]:
    """Measure one replica, and two on a core each: the service scales by processes."""
    return [
        {"kind": "workers", "round": number, **test.measure_together(names, seconds)}
        for number in range(rounds)
        for names in (("uncached",), ("uncached", "second worker"))
    ]


def measure_half_load(test: LoadTest, table: pl.DataFrame, rounds: int, seconds: float) -> list[Row]:
    """Measure the empty route and the service at half of their maximum rates."""
    rates = {name: table.filter(service=name)["per_s"].median() / 2 for name in ("empty", "cached")}
    return [
        {"kind": "half", "round": number, **test.measure(name, seconds, rate=rate)}
        for number in range(rounds)
        for name, rate in rates.items()
    ]


def main(
    volume: Annotated[Path | None, typer.Option(help="a data root with a release of news")] = None,
    scale: Annotated[float, typer.Option(help="of the generated files, where there is no volume")] = 0.1,
    out: Annotated[Path, typer.Option(help="folder for the table")] = Path("out/serving"),
    rounds: Annotated[int, typer.Option(help="measurements of each service")] = 5,
    seconds: Annotated[float, typer.Option(help="of each measurement")] = 1.0,
    users: Annotated[int, typer.Option(help="number of requests, of different users")] = 12_000,
) -> None:
    """Measure and print."""
    out.mkdir(parents=True, exist_ok=True)
    if cores := os.sched_getaffinity(0) - {SERVER_CORE, SECOND_CORE}:
        os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        data_root = volume or generate_release(folder, scale)
        test = prepare(stack, data_root, folder, users)
        rows = measure_services(test, rounds, seconds)
        rows += measure_half_load(test, pl.DataFrame(rows), rounds, seconds)
        rows += measure_workers(test, rounds, seconds)
        rows.append({"kind": "events", "round": 0, **test.measure_events("uncached + events", 3 * seconds)})
        table = pl.DataFrame(rows)
        server = test.servers["cached"]
        figures = {"ready_s": server.ready_seconds, "resident_mib": server.resident_mib()}
    table.write_csv(out / "serving.csv")
    print_results(table, figures, Console())


def generate_release(folder: Path, scale: float) -> Path:
    """Train a release on generated files; return the data root."""
    from benchmarks.scaling.pipeline_costs import THREADS, run_steps, stage_groups

    os.environ |= THREADS
    root, cores = folder / "data" / "news", os.cpu_count() or 1
    run_steps(root, "only", [[("download", "", ("synthetic", "", scale))], *stage_groups()], cores)
    return root.parent


def prepare(stack: ExitStack, data_root: Path, folder: Path, users: int) -> LoadTest:
    """Start the servers, send earlier events, and let each server respond to every request once."""
    requests, items = recommendation_requests(data_root / "news", users), recent_items(data_root / "news")
    new_users = [f"new-{number}" for number in range(10_000)]
    batches = event_requests(new_users, items, BATCH_SIZE, 2 * WARM_UP_BATCHES + 600, KEY)
    large_batches = event_requests(new_users, items, LARGE_BATCH_SIZE, 2_000, KEY)
    test = LoadTest(start_servers(stack, data_root, folder), requests, batches, large_batches)
    for name in test.servers:
        if "events" in name:
            test.send_batches(name, WARM_UP_BATCHES)
        test.warm_up(name, min(users, 100) if name == "pandas" else users)
    return test
