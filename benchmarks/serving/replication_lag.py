"""Delay until a click that one replica acknowledged changes the recommendations of another.

    python -m benchmarks replicas [--data-root data] [--events 300]

The log is a Postgres of its own (`initdb`, `pg_ctl`), or SQLite with `--sqlite`. A user clicks the first item
that the other replica recommends; from the acknowledgement on that replica is polled until it no longer
recommends the item. Measured without other load, and while each replica accepts 250 more events per second.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import typer

from benchmarks.harness.cluster import Cluster, Replica
from benchmarks.harness.release import open_release
from tests.support.processes.postgres import run_postgres

_BATCH_SIZE, _PAUSE_SECONDS = 25, 0.1
#: An event that is not applied by then is lost.
_TIMEOUT_SECONDS = 10.0


def recommended(client: httpx.Client, user: str) -> list[str]:
    """Return the items of a user's list."""
    items = client.get("/recommendations", params={"user_id": user}).json()["items"]
    return [item["item_id"] for item in items]


def measure_delay(one: Replica, other: Replica, user: str) -> float:
    """Return the seconds from an acknowledged click on one replica to the changed list on the other."""
    item = recommended(other.client, user)[0]
    one.client.post("/events", json={"user_id": user, "item_id": item}).raise_for_status()
    start = time.perf_counter()
    while item in recommended(other.client, user):
        if time.perf_counter() > start + _TIMEOUT_SECONDS:
            raise RuntimeError(f"{item} is still recommended to {user} after a click")
    return time.perf_counter() - start


def measure_delays(replicas: list[Replica], count: int, prefix: str) -> list[float]:
    """Measure in alternating directions, at random moments: replicas poll the log at fixed intervals."""
    delays = []
    for number in range(count):
        time.sleep(random.uniform(0, 0.1))  # noqa: S311
        one, other = replicas if number % 2 else replicas[::-1]
        delays.append(measure_delay(one, other, f"{prefix}-{number}"))
    return delays


@contextmanager
def event_load(replicas: list[Replica]) -> Iterator[None]:
    """Send events to every replica while a block runs."""
    stopped = threading.Event()
    items = recommended(replicas[0].client, "somebody")

    def send(replica: Replica) -> None:
        with httpx.Client(base_url=replica.client.base_url, headers=replica.client.headers) as client:
            while not stopped.wait(_PAUSE_SECONDS):
                events = [
                    {"user_id": f"b{random.randrange(10_000)}", "item_id": random.choice(items)}  # noqa: S311
                    for _ in range(_BATCH_SIZE)
                ]
                client.post("/events", json=events).raise_for_status()

    threads = [threading.Thread(target=send, args=[replica]) for replica in replicas]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def main(
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
    events: Annotated[int, typer.Option(help="of each measurement")] = 300,
    sqlite: Annotated[bool, typer.Option(help="SQLite instead of Postgres")] = False,
    poll_seconds: Annotated[float, typer.Option(help="EVENTS_POLL_SECONDS of both")] = 0.1,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = "" if sqlite else stack.enter_context(run_postgres()).address
        (root := Path(folder) / "cluster").mkdir()
        cluster = stack.enter_context(Cluster(root, open_release(data_root, Path(folder)), url))
        replicas = [
            cluster.start_replica(env="prod", release_poll_seconds=2, events_poll_seconds=poll_seconds)
            for _ in range(2)
        ]
        print_quantiles("no other load", measure_delays(replicas, events, "alone"))
        with event_load(replicas):
            print_quantiles("with 500 events/s", measure_delays(replicas, events, "busy"))


def print_quantiles(name: str, delays: list[float]) -> None:
    """Print median, 99th percentile and maximum."""
    p50, p99 = np.quantile(delays, [0.5, 0.99]) * 1e3
    longest = max(delays) * 1e3
    print(f"{name:24} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   longest {longest:6.1f} ms", flush=True)
