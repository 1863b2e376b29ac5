"""How the service's costs grow: readers, articles and reads, each so many times as many, all else alike.

    python -m benchmarks growth [--scale 0.03] [--factors 3,10]

Releases of generated reads are served side by side on one core, and asked in turns; the figures are the
server's own processor time, medians of the rounds. Writes growth.csv and growth.png.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer
import uvloop

from benchmarks.asks import asks, batches
from benchmarks.growing import THINGS, base, grown, publish
from benchmarks.loader import press
from benchmarks.servers import KEY, Server, serving
from pipelines.benchmarks.commands import parse_numbers
from script_shared.releases.registry import Registry
from script_shared.vocabulary import Vocabulary

#: Of each turn; batches of events hold so many.
_SECONDS, _BATCH = 1.0, 100
_READERS = 2_000
FIGURES = {
    "anew": "request, ranked anew, µs",
    "ahead": "request, list ahead, µs",
    "event": "event, batches of 100, µs",
    "ready": "start to ready, processor s",
    "resident": "resident memory, MiB",
}


class Served:
    """One release, ranked anew and with lists ahead.

    Args:
        stack: ends the servers.
        data_root: of the release.
        folder: an empty one.
    """

    def __init__(self, stack: ExitStack, data_root: Path, folder: Path) -> None:
        folder.mkdir()
        self._servers = {
            name: stack.enter_context(serving(data_root, folder / name, 0, api_lists_ahead=ahead))
            for name, ahead in (("anew", 0), ("ahead", 16_384))
        }
        self._first = {
            "ready": self._servers["anew"].cpu_seconds(),
            "resident": self._servers["anew"].mib(),
        }
        requests = asks(data_root / "news", _READERS)
        bundle = Registry(data_root / "news" / "releases").open().bundle("state/vocabulary")
        items = list(Vocabulary.restore(bundle.arrays))
        self._asked = cycle(requests)
        self._told = iter(batches([f"new-{n}" for n in range(10_000)], items, _BATCH, 1_500, KEY))
        for server in self._servers.values():
            self._cost(server, iter(requests), 60.0)

    def measure(self) -> dict[str, float]:
        """Return one round's figures."""
        found = {name: self._cost(server, self._asked) for name, server in self._servers.items()}
        found["event"] = self._cost(self._servers["anew"], self._told) / _BATCH
        return found | self._first

    def _cost(self, server: Server, requests: Any, seconds: float = _SECONDS) -> float:
        before = server.cpu_seconds()
        load = uvloop.run(press(server.port, requests, seconds))
        if load.failed:
            raise RuntimeError(f"{load.failed} requests failed")
        return (server.cpu_seconds() - before) / len(load.took) * 1e6


def draw(table: pl.DataFrame, path: Path) -> None:
    """Draw each figure by factor, one line a thing that grows."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 2.8), layout="constrained")
    for axes, (name, words) in zip(figure.subplots(1, len(FIGURES)), FIGURES.items(), strict=True):
        for thing in THINGS:
            own = table.filter(pl.col("thing").is_in([thing, "base"])).sort("factor")
            axes.plot(own["factor"], own[name], marker="o", label=thing)
        axes.set(xscale="log", xlabel="times as many", title=words, ylim=(0, None))
        axes.title.set_fontsize(8)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


def main(
    scale: Annotated[float, typer.Option(help="of the release that the others are compared with")] = 0.03,
    factors: Annotated[str, typer.Option(help="how many times as many")] = "3,10",
    out: Annotated[Path, typer.Option(help="where table and plot go")] = Path("out/growth"),
    count: Annotated[int, typer.Option("--rounds", help="turns of each release")] = 3,
    processes: Annotated[int, typer.Option(help="stages at once")] = os.cpu_count() or 1,
) -> None:
    """Measure and show."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        reads, items = base(folder / "base" / "news", scale, processes)
        wanted = [
            ("base", 1),
            *((thing, each) for thing in THINGS for each in parse_numbers(factors, "--factors")),
        ]
        roots = {}
        for thing, factor in wanted:
            tables = (reads, items) if factor == 1 else grown(reads, items, thing, factor)
            roots[thing, factor] = publish(folder / f"{thing}-{factor}", *tables, processes)
        served = {each: Served(stack, root, folder / f"log-{each}") for each, root in roots.items()}
        rows = [
            {"thing": thing, "factor": factor, **release.measure()}
            for _ in range(count)
            for (thing, factor), release in served.items()
        ]
    table = pl.DataFrame(rows).group_by("thing", "factor", maintain_order=True).median()
    table.write_csv(out / "growth.csv")
    draw(table, out / "growth.png")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, float_precision=1):
        print(table)
