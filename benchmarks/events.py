"""How many events a second the log takes, and the door: POST /events in batches, the server on one core.

    python -m benchmarks events [--data-root data] [--postgres postgresql://user:password@host/name]

Appends by themselves are made by one thread, and by eight that share commits. The door is asked over eight
connections by a process of its own; without a data root it serves a small generated release.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree
from typing import Annotated

import httpx
import typer
import uvloop

from benchmarks.instrumentation import cpu_seconds
from pipelines.embedded.ports import find_free_port
from script_shared.events.event import Event
from script_shared.events.factory import open_log
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume
from script_shared.vocabulary import Vocabulary

CONNECTIONS = 8
#: So many readers, none of whom the release knows, take part.
READERS = 10_000
KEY = "only-for-this-benchmark"


def batch(readers: list[str], items: list[str], size: int) -> list[dict[str, str]]:
    return [
        {
            "user_id": secrets.choice(readers),
            "item_id": secrets.choice(items),
            "event_id": secrets.token_hex(16),
        }
        for _ in range(size)
    ]


def appends(address: str, folder: Path, size: int, seconds: float, writers: int) -> float:
    """Return events a second of the log alone, ids drawn by the clients."""
    log = open_log(address, folder)
    bodies = [batch(["reader"], ["item"], size) for _ in range(4_000 // writers)]
    now = time.time_ns() // 1_000_000

    def write(writer: int) -> int:
        done = 0
        for body in bodies:
            if time.perf_counter() > until:
                break
            log.append([Event(f"{writer}{x['event_id']}", x["user_id"], x["item_id"], now) for x in body])
            done += size
        return done

    start = time.perf_counter()
    until = start + seconds
    with ThreadPoolExecutor(writers) as pool:
        done = sum(pool.map(write, range(writers)))
    rate = done / (time.perf_counter() - start)
    log.close()
    return rate


async def one_connection(port: int, requests: list[bytes], until: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    done = 0
    while time.perf_counter() < until and requests:
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        done += 1
    writer.close()
    return done


async def load(port: int, requests: list[bytes], seconds: float) -> float:
    """Return requests a second."""
    start = time.perf_counter()
    tasks = (one_connection(port, requests, start + seconds) for _ in range(CONNECTIONS))
    return sum(await asyncio.gather(*tasks)) / (time.perf_counter() - start)


def requests_of(readers: list[str], items: list[str], size: int, count: int) -> list[bytes]:
    found = []
    for _ in range(count):
        body = json.dumps(batch(readers, items, size)).encode()
        head = f"POST /events HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
        found.append(head.encode() + body)
    return found


def generated(root: Path) -> Path:
    """Make a small release with the stages of the product."""
    from tests.support.clicks import write_clicks
    from tests.support.releases import publish_small_release

    (root / "clicks").mkdir()
    write_clicks(root / "clicks")
    return publish_small_release(root / "clicks", root / "data").root.parent


def door(root: Path, address: str, size: int, seconds: float) -> tuple[float, float]:
    """Return events a second of the door, and the server's processor time an event in µs."""
    release = Registry(Volume(root / "news").releases).open()
    items = list(Vocabulary.restore(release.bundle("state/vocabulary").arrays))
    readers = [secrets.token_hex(32) for _ in range(READERS)]
    port = find_free_port()
    told = {"DATA_ROOT": str(root), "API_PORT": str(port), "API_KEYS_EVENTS": KEY, "EVENTS_URL": address}
    command = ["taskset", "--cpu-list", "0", sys.executable, "-m", "app"]
    requests = requests_of(readers, items, size, 4_000)
    with subprocess.Popen(command, env=os.environ | told, stderr=subprocess.DEVNULL) as server:
        client = httpx.Client(transport=httpx.HTTPTransport(retries=10))
        while client.get(f"http://127.0.0.1:{port}/health/ready").status_code != 200:
            time.sleep(0.1)
        uvloop.run(load(port, requests, 1.0))
        before = cpu_seconds(server.pid)
        start = time.perf_counter()
        rate = uvloop.run(load(port, requests, seconds)) * size
        took = time.perf_counter() - start
        cost = (cpu_seconds(server.pid) - before) / (rate * took) * 1e6
        server.terminate()
    return rate, cost


def main(
    data_root: Annotated[Path | None, typer.Option(help="a volume with a release of news")] = None,
    postgres: Annotated[str, typer.Option(help="an empty database; left out, only SQLite is measured")] = "",
    size: Annotated[int, typer.Option(help="events a batch")] = 100,
    seconds: Annotated[float, typer.Option(help="of each measurement")] = 4.0,
    only_door: Annotated[bool, typer.Option(help="leave the log by itself out")] = False,
) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, address in (("sqlite", f"sqlite://{root}/log.sqlite3"), ("postgres", postgres)):
            for writers in (1, 8) if address and not only_door else ():
                rate = appends(address, root, size, seconds, writers)
                print(f"{name:8} append, {writers} writers   {rate:9,.0f} events/s")
        served = root / "served" / "news"
        origin = Volume((data_root or generated(root)) / "news").releases
        copytree(origin, served / "releases")
        for name, address in (("sqlite", ""), ("postgres", postgres)):
            if not address and name == "postgres":
                continue
            rate, cost = door(root / "served", address, size, seconds)
            print(f"{name:8} POST /events       {rate:9,.0f} events/s, {cost:.1f} µs of its core each")
