"""Two replicas on one log: how long until a read that one acknowledged changes what the other recommends.

    python -m benchmarks replicas [--data-root data] [--reads 300]

The log is a Postgres of its own (`initdb`, `pg_ctl`), or SQLite with `--sqlite`. A reader reads what the
other names first; from the acknowledgement on that one is asked again and again until it names it no
longer. Once while nothing else happens, once while each replica takes in 250 more events a second.
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

from benchmarks.drills.command import base_release
from benchmarks.drills.stand import Replica, Stand
from tests.support.postgres import running_postgres

_BATCH, _PAUSE = 25, 0.1
#: A read that is not known by then is lost.
_PATIENCE = 10.0


def names(client: httpx.Client, reader: str) -> list[str]:
    """Return the items of a reader's list."""
    items = client.get("/recommendations", params={"user_id": reader}).json()["items"]
    return [item["item_id"] for item in items]


def delay(one: Replica, other: Replica, reader: str) -> float:
    """Return the seconds from an acknowledged read on one to the changed list on the other."""
    first = names(other.client, reader)[0]
    one.client.post("/events", json={"user_id": reader, "item_id": first}).raise_for_status()
    start = time.perf_counter()
    while first in names(other.client, reader):
        if time.perf_counter() > start + _PATIENCE:
            raise RuntimeError(f"{reader} is still shown what was read")
    return time.perf_counter() - start


def delays(replicas: list[Replica], count: int, prefix: str) -> list[float]:
    """Measure so many, in turns, and at no fixed moments: replicas look at their log at such."""
    found = []
    for number in range(count):
        time.sleep(random.uniform(0, 0.1))  # noqa: S311
        one, other = replicas if number % 2 else replicas[::-1]
        found.append(delay(one, other, f"{prefix}-{number}"))
    return found


@contextmanager
def busy(replicas: list[Replica]) -> Iterator[None]:
    """Send each replica events all the while."""
    done = threading.Event()
    items = names(replicas[0].client, "somebody")

    def send(replica: Replica) -> None:
        with httpx.Client(base_url=replica.client.base_url, headers=replica.client.headers) as client:
            while not done.wait(_PAUSE):
                reads = [
                    {"user_id": f"b{random.randrange(10_000)}", "item_id": random.choice(items)}  # noqa: S311
                    for _ in range(_BATCH)
                ]
                client.post("/events", json=reads).raise_for_status()

    threads = [threading.Thread(target=send, args=[each]) for each in replicas]
    for each in threads:
        each.start()
    try:
        yield
    finally:
        done.set()
        for each in threads:
            each.join()


def main(
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
    reads: Annotated[int, typer.Option(help="of each measurement")] = 300,
    sqlite: Annotated[bool, typer.Option(help="SQLite in the place of Postgres")] = False,
    poll_seconds: Annotated[float, typer.Option(help="EVENTS_POLL_SECONDS of both")] = 0.1,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        address = "" if sqlite else stack.enter_context(running_postgres()).address
        (root := Path(folder) / "stand").mkdir()
        stand = stack.enter_context(Stand(root, base_release(data_root, Path(folder)), address))
        replicas = [
            stand.replica(env="prod", release_poll_seconds=2, events_poll_seconds=poll_seconds)
            for _ in range(2)
        ]
        show("nothing else happens", delays(replicas, reads, "alone"))
        with busy(replicas):
            show("500 events/s meanwhile", delays(replicas, reads, "busy"))


def show(name: str, found: list[float]) -> None:
    """Print the quantiles."""
    p50, p99 = np.quantile(found, [0.5, 0.99]) * 1e3
    print(f"{name:24} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   longest {max(found) * 1e3:6.1f} ms", flush=True)
