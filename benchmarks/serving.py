"""How fast the service answers, beside an empty route and a plain service, each on one core.

    python -m benchmarks serving [--volume data] [--scale 0.1]

Without a volume a release is made of generated files first. All servers stand side by side on one core, the
load comes from the others; the contestants take turns, and medians over the rounds and of the rounds'
ratios to the empty route count. `per core second` divides answers by the server's own processor time: it
holds on a busy machine, where answers a second do not. Writes serving.csv and prints what is demanded.
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

from benchmarks.asks import asks, batches, lately
from benchmarks.loader import CONNECTIONS, Load, press
from benchmarks.servers import KEY, Server, contestant, serving
from benchmarks.serving_figures import show

#: Reads that arrive meanwhile: batches of this size, so many a second.
SIZE, BATCHES = 50, 10
#: So many batches came before, a minute's worth: counts have become what they are at this rate.
BEFORE = 600
#: Batches of this size are what the door of events is asked with by itself.
DOOR_SIZE = 100
#: All servers share the first core; the second worker has the other.
SERVER_CORE, TWIN_CORE = 0, 1
CONTESTANTS = ("empty", "ahead", "anew", "ahead + events", "anew + events", "als", "pandas")

Row = dict[str, Any]


class Bench:
    """Servers, and what they are asked.

    Args:
        servers: by contestant.
        asked: readers' requests.
        told: reads that arrive meanwhile.
        door: batches for the door of events.
    """

    def __init__(
        self, servers: dict[str, Server], asked: Sequence[bytes], told: Sequence[bytes], door: Sequence[bytes]
    ) -> None:
        self.servers, self._asked = servers, cycle(asked)
        self._told, self._door = cycle(told), iter(door)
        self.count = len(asked)

    def warm(self, name: str, count: int) -> None:
        """Let a server answer so many requests."""
        load = uvloop.run(press(self.servers[name].port, _first(self._asked, count), 600.0))
        if load.failed:
            raise RuntimeError(f"{name}: {load.failed} requests failed")

    def meet(self, name: str, count: int) -> None:
        """Send a server so many batches of events, as if they had been arriving all along."""
        load = uvloop.run(press(self.servers[name].port, _first(self._told, count), 600.0, connections=1))
        if load.failed:
            raise RuntimeError(f"{name}: {load.failed} batches failed")

    def measure(self, name: str, seconds: float, *, rate: float = 0.0) -> Row:
        """Ask one for so long; those called `… + events` take events in meanwhile."""
        server = self.servers[name]
        before = server.cpu_seconds()
        load = uvloop.run(self._press(server, seconds, rate, with_events="events" in name))
        cpu = server.cpu_seconds() - before
        return _row(name, load, cpu)

    async def _press(self, server: Server, seconds: float, rate: float, *, with_events: bool) -> Load:
        pressed = press(server.port, self._asked, seconds, rate=rate)
        if not with_events:
            return await pressed
        events = press(server.port, self._told, seconds, rate=BATCHES, connections=1)
        load, told = await asyncio.gather(pressed, events)
        load.failed += told.failed
        return load

    def together(self, names: Sequence[str], seconds: float) -> Row:
        """Ask several at once; they share the requests."""
        servers = [self.servers[name] for name in names]
        before = sum(server.cpu_seconds() for server in servers)
        loads = uvloop.run(self._all(servers, seconds))
        cpu = sum(server.cpu_seconds() for server in servers) - before
        took = [each for load in loads for each in load.took]
        load = Load(max(load.seconds for load in loads), took, sum(load.failed for load in loads))
        return _row(f"{len(names)} workers", load, cpu / len(names))

    async def _all(self, servers: Sequence[Server], seconds: float) -> list[Load]:
        return await asyncio.gather(*(press(each.port, self._asked, seconds) for each in servers))

    def door(self, name: str, seconds: float) -> Row:
        """Send a server as many batches of events as it takes; rates are of events."""
        server = self.servers[name]
        before = server.cpu_seconds()
        load = uvloop.run(press(server.port, self._door, seconds, connections=CONNECTIONS))
        row = _row("POST /events", load, server.cpu_seconds() - before)
        return row | {each: row[each] * DOOR_SIZE for each in ("per_s", "per_core_s")}


def _row(name: str, load: Load, cpu: float) -> Row:
    return {
        "contestant": name,
        "per_s": load.rate,
        "per_core_s": len(load.took) / max(cpu, 0.01),
        "p50_ms": load.quantile(0.5),
        "p99_ms": load.quantile(0.99),
        "failed": load.failed,
    }


def _first(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    return (next(requests) for _ in range(count))


def start(stack: ExitStack, data_root: Path, folder: Path) -> dict[str, Server]:
    """Start all servers on one core."""
    anew = {"api_result_cache_size": 0}
    kinds: dict[str, dict[str, int]] = {
        "ahead": {},
        "anew": anew,
        "ahead + events": {},
        "anew + events": anew,
    }
    servers = {"empty": stack.enter_context(contestant("empty", data_root, SERVER_CORE))}
    for name, settings in kinds.items():
        log = folder / f"{name.replace(' ', '')}.sqlite3"
        servers[name] = stack.enter_context(serving(data_root, log, SERVER_CORE, **settings))
    log = folder / "anew.sqlite3"
    servers["twin"] = stack.enter_context(serving(data_root, log, TWIN_CORE, **anew))
    others = {
        name: stack.enter_context(contestant(name, data_root, SERVER_CORE)) for name in ("als", "pandas")
    }
    return servers | others


def rounds(bench: Bench, count: int, seconds: float) -> list[Row]:
    """Let the contestants take turns."""
    return [
        {"kind": "load", "round": turn, **bench.measure(name, seconds)}
        for turn in range(count)
        for name in CONTESTANTS
    ]


def workers(bench: Bench, count: int, seconds: float) -> list[Row]:
    """Ask one replica, and two on a core each: several processes are what the service grows by."""
    return [
        {"kind": "workers", "round": turn, **bench.together(names, seconds)}
        for turn in range(count)
        for names in (("anew",), ("anew", "twin"))
    ]


def half(bench: Bench, table: pl.DataFrame, count: int, seconds: float) -> list[Row]:
    """Ask the empty route and the service at half of what each took."""
    rates = {name: table.filter(contestant=name)["per_s"].median() / 2 for name in ("empty", "ahead")}
    return [
        {"kind": "half", "round": turn, **bench.measure(name, seconds, rate=rate)}
        for turn in range(count)
        for name, rate in rates.items()
    ]


def main(
    volume: Annotated[Path | None, typer.Option(help="a data root with a release of news")] = None,
    scale: Annotated[float, typer.Option(help="of the generated files, where there is no volume")] = 0.1,
    out: Annotated[Path, typer.Option(help="where tables go")] = Path("out/serving"),
    count: Annotated[int, typer.Option("--rounds", help="turns of each contestant")] = 5,
    seconds: Annotated[float, typer.Option(help="of each turn")] = 1.0,
    readers: Annotated[int, typer.Option(help="requests, of different readers")] = 12_000,
) -> None:
    """Measure and show."""
    out.mkdir(parents=True, exist_ok=True)
    if cores := os.sched_getaffinity(0) - {SERVER_CORE, TWIN_CORE}:
        os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        data_root = volume or generated(folder, scale)
        bench = prepared(stack, data_root, folder, readers)
        rows = rounds(bench, count, seconds)
        rows += half(bench, pl.DataFrame(rows), count, seconds)
        rows += workers(bench, count, seconds)
        rows.append({"kind": "door", "round": 0, **bench.door("anew + events", 3 * seconds)})
        table = pl.DataFrame(rows)
        server = bench.servers["ahead"]
        more = {"ready_s": server.ready_seconds, "resident_mib": server.mib()}
    table.write_csv(out / "serving.csv")
    show(table, more, Console())


def generated(folder: Path, scale: float) -> Path:
    """Make a release of generated files; return the data root."""
    from benchmarks.pipeline import THREADS, run_all, steps

    os.environ |= THREADS
    root, cores = folder / "data" / "news", os.cpu_count() or 1
    run_all(root, "only", [[("download", "", ("synthetic", "", scale))], *steps()], cores)
    return root.parent


def prepared(stack: ExitStack, data_root: Path, folder: Path, readers: int) -> Bench:
    """Start the servers, let events arrive where they are to, and let each answer every reader."""
    asked, items = asks(data_root / "news", readers), lately(data_root / "news")
    users = [f"new-{number}" for number in range(10_000)]
    told = batches(users, items, SIZE, 2 * BEFORE + 600, KEY)
    bench = Bench(start(stack, data_root, folder), asked, told, batches(users, items, DOOR_SIZE, 2_000, KEY))
    for name in bench.servers:
        if "events" in name:
            bench.meet(name, BEFORE)
        bench.warm(name, min(readers, 100) if name == "pandas" else readers)
    return bench
