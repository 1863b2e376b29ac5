"""Events per second of the event log alone, and of POST /events with the server on one core.

    python -m benchmarks events [--data-root data] [--postgres postgresql://user:password@host/name]

The log alone is measured with one thread, and with eight that share commits. POST /events is sent over eight
connections by this process; without a data root the server uses a small generated release.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree
from typing import Annotated

import typer
import uvloop

from benchmarks.harness.release import open_release
from benchmarks.serving.load_generator import generate_load
from benchmarks.serving.requests import event_requests
from benchmarks.serving.server_process import KEY, run_service
from script_shared.events.event import Event
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume
from script_shared.vocabulary import Vocabulary

CONNECTIONS = 8
#: Number of users, none of whom the release contains.
USERS = 10_000
SERVER_CORE = 0


def measure_appends(events_url: str, folder: Path, size: int, seconds: float, writers: int) -> float:
    """Return the events per second that threads append to the log; clients draw event ids."""
    log = open_log(events_url, folder)
    batches = [[secrets.token_hex(16) for _ in range(size)] for _ in range(4_000 // writers)]
    now = time.time_ns() // 1_000_000

    def write(writer: int) -> int:
        count = 0
        for batch in batches:
            if time.perf_counter() > end:
                break
            log.append([Event(f"{writer}{event_id}", "user", "item", now) for event_id in batch])
            count += size
        return count

    start = time.perf_counter()
    end = start + seconds
    with ThreadPoolExecutor(writers) as pool:
        count = sum(pool.map(write, range(writers)))
    rate = count / (time.perf_counter() - start)
    log.close()
    return rate


def measure_endpoint(root: Path, events_url: str, size: int, seconds: float) -> tuple[float, float]:
    """Return the events per second of POST /events, and the server's CPU time per event, µs."""
    release = Registry(Volume(root / "news").releases).open()
    items = list(Vocabulary.restore(release.bundle("state/vocabulary").arrays))
    users = [secrets.token_hex(32) for _ in range(USERS)]
    requests = iter(event_requests(users, items, size, 4_000, KEY))
    with run_service(root, events_url, SERVER_CORE) as server:
        uvloop.run(generate_load(server.port, requests, 1.0, connections=CONNECTIONS))
        before = server.cpu_seconds()
        result = uvloop.run(generate_load(server.port, requests, seconds, connections=CONNECTIONS))
        cpu_us = (server.cpu_seconds() - before) * 1e6
    if result.failed:
        raise RuntimeError(f"{result.failed} requests failed")
    return result.rate * size, cpu_us / (len(result.latencies) * size)


def main(
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
    postgres: Annotated[str, typer.Option(help="URL of an empty database; empty measures SQLite only")] = "",
    size: Annotated[int, typer.Option(help="events per batch")] = 100,
    seconds: Annotated[float, typer.Option(help="of each measurement")] = 4.0,
    only_endpoint: Annotated[bool, typer.Option(help="skip the log alone")] = False,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, url in (("sqlite", f"sqlite://{root}/log.sqlite3"), ("postgres", postgres)):
            for writers in (1, 8) if url and not only_endpoint else ():
                rate = measure_appends(url, root, size, seconds, writers)
                print(f"{name:8} append, {writers} writers   {rate:9,.0f} events/s")
        releases = open_release(data_root, root).folder.parent
        copytree(releases, root / "served" / "news" / "releases")
        for name, url in (("sqlite", ""), *([("postgres", postgres)] if postgres else [])):
            rate, cpu_us = measure_endpoint(root / "served", url, size, seconds)
            print(f"{name:8} POST /events       {rate:9,.0f} events/s, {cpu_us:.1f} µs CPU per event")
