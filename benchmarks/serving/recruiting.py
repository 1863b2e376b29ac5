"""Cost of recruiting's lists, searches and predictions on one core, and the delay between two replicas.

    python -m benchmarks recruiting [--volume data] [--scale 0.1]

Without a volume a release is trained on generated files first. The server has one core, the load comes from
the others. Processor time is reliable on a busy machine; latencies, of one connection that sends the next
request after the response, are not. Then applicants are reported to one of two replicas, on a Postgres of
their own, and searched on the other until they are found. Writes recruiting.csv.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, product
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
import uvloop

from benchmarks.scaling.pipeline_costs import THREADS
from benchmarks.serving.load_generator import LoadResult, generate_load
from benchmarks.serving.recruiting_replicas import measure_delays, run_replicas
from benchmarks.serving.recruiting_requests import draw_requests, read_entities
from benchmarks.serving.replication_lag import print_quantiles
from benchmarks.serving.server_process import ROOT, Server, run_service
from script_shared.releases.registry import Registry

DOMAIN = "recruiting"
SERVER_CORE = 0
#: Number of different requests of each endpoint.
REQUESTS = 1_000


def generate_release(data_root: Path, scale: float) -> None:
    """Train and publish a release on generated files; it is the champion, whatever the gates decide."""
    command = [sys.executable, "-m", "pipelines", "run", "--source", "synthetic_decision"]
    env = os.environ | THREADS | {"DOMAIN": DOMAIN, "DATA_ROOT": str(data_root)}
    subprocess.run([*command, "--scale", str(scale)], env=env, cwd=ROOT, check=True)
    registry = Registry(data_root / DOMAIN / "releases")
    if registry.find() is None:
        registry.promote()


def read_feature_columns(server: Server) -> Sequence[str]:
    """Return the columns of the hire classifier that a server has; none without a classifier."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/version")
    columns: list[str] | None = json.load(connection.getresponse())["feature_columns"]
    connection.close()
    return columns or []


@contextmanager
def other_cores() -> Iterator[None]:
    """Leave the server's core to the server while a block runs, where there are others."""
    every = os.sched_getaffinity(0)
    os.sched_setaffinity(0, every - {SERVER_CORE} or every)
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


def send_requests(server: Server, requests: Iterator[bytes], seconds: float) -> LoadResult:
    """Send requests over one connection.

    Raises:
        RuntimeError: a request failed.
    """
    load = uvloop.run(generate_load(server.port, requests, seconds, connections=1))
    if load.failed:
        raise RuntimeError(f"{load.failed} of {len(load.latencies)} requests failed: {next(requests)[:80]!r}")
    return load


def measure_service(
    server: Server, requests: Mapping[str, Sequence[bytes]], rounds: int, seconds: float
) -> pl.DataFrame:
    """Return processor time and latencies over all rounds, one row an endpoint; the endpoints alternate."""
    sent = {name: cycle(of_name) for name, of_name in requests.items()}
    loads, cpu = {name: LoadResult() for name in sent}, dict.fromkeys(sent, 0.0)
    for endless in sent.values():
        send_requests(server, endless, seconds)
    for _, (name, endless) in product(range(rounds), sent.items()):
        before = server.cpu_seconds()
        loads[name].latencies += send_requests(server, endless, seconds).latencies
        cpu[name] += server.cpu_seconds() - before
    return pl.DataFrame(
        {
            "request": name,
            "requests": len(load.latencies),
            "cpu_ms": cpu[name] / len(load.latencies) * 1e3,
            "p50_ms": load.latency_ms(0.5),
            "p99_ms": load.latency_ms(0.99),
        }
        for name, load in loads.items()
    )


def main(
    volume: Annotated[Path | None, typer.Option(help="a data root with a release of recruiting")] = None,
    scale: Annotated[float, typer.Option(help="of the generated files, where there is no volume")] = 0.1,
    out: Annotated[Path, typer.Option(help="folder for the table")] = Path("out/recruiting"),
    rounds: Annotated[int, typer.Option(help="measurements of each endpoint")] = 5,
    seconds: Annotated[float, typer.Option(help="of each measurement, and of the warm-up")] = 2.0,
    applicants: Annotated[int, typer.Option(help="that are reported to a replica; 0 skips replicas")] = 200,
) -> None:
    """Measure and print."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        data_root = volume or Path(name) / "data"
        if volume is None:
            generate_release(data_root, scale)
        release = Registry(data_root / DOMAIN / "releases").open()
        known = read_entities(data_root / DOMAIN)
        log = f"sqlite://{name}/log"
        with other_cores(), run_service(data_root, log, SERVER_CORE, domain=DOMAIN) as server:
            cpu, resident = server.cpu_seconds(), server.resident_mib()
            requests = draw_requests(known, REQUESTS, read_feature_columns(server))
            table = measure_service(server, requests, rounds, seconds)
        table.write_csv(out / "recruiting.csv")
        with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True, float_precision=2, fmt_str_lengths=40):
            print(known.group_by("kind").len("entities").sort("kind"), table, sep="\n")
        ready = (
            f"ready after {server.ready_seconds:.1f} s, processor {cpu:.1f} s, resident {resident:.0f} MiB"
        )
        print(ready)
        if applicants:
            folder = Path(name) / "replicas"
            with run_replicas(release, folder) as clients:
                delays = measure_delays(clients, known["text"].head(1_000).to_list(), applicants)
            print_quantiles("found by the other", delays)
