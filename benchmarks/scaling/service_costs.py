"""Growth of the service's costs with the number of users, items and events, one at a time.

    python -m benchmarks growth [--scale 0.03] [--factors 3,10]

Releases of generated data are served on one core and loaded in turns; the figures are the server's own CPU
time, medians over the rounds. Writes growth.csv and growth.png.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
import uvloop

from benchmarks.scaling.scaled_tables import QUANTITIES, generate_tables, publish_tables, scale_tables
from benchmarks.serving.load_generator import generate_load
from benchmarks.serving.requests import event_requests, recommendation_requests
from benchmarks.serving.server_process import KEY, Server, run_service
from pipelines.benchmarks.commands import parse_numbers
from script_shared.releases.registry import Registry
from script_shared.vocabulary import Vocabulary

#: Seconds of each load, and events per batch.
_SECONDS, _BATCH_SIZE = 1.0, 100
_USERS = 2_000
FIGURES = {
    "uncached": "request, uncached ranking, µs",
    "cached": "request, cached list, µs",
    "event": "event, batches of 100, µs",
    "ready": "start to ready, CPU s",
    "resident": "resident memory, MiB",
}


class ReleaseServers:
    """Two servers of one release: without and with cached lists.

    Args:
        stack: stops the servers at its end.
        data_root: of the release.
        folder: does not exist yet.
    """

    def __init__(self, stack: ExitStack, data_root: Path, folder: Path) -> None:
        folder.mkdir()
        self._servers = {
            name: stack.enter_context(
                run_service(data_root, f"sqlite://{folder}/{name}", 0, api_result_cache_size=lists)
            )
            for name, lists in (("uncached", 0), ("cached", 16_384))
        }
        uncached = self._servers["uncached"]
        self._start_figures = {"ready": uncached.cpu_seconds(), "resident": uncached.resident_mib()}
        requests = recommendation_requests(data_root / "news", _USERS)
        bundle = Registry(data_root / "news" / "releases").open().bundle("state/vocabulary")
        items = list(Vocabulary.restore(bundle.arrays))
        users = [f"new-{number}" for number in range(10_000)]
        self._requests = cycle(requests)
        self._batches = iter(event_requests(users, items, _BATCH_SIZE, 1_500, KEY))
        for server in self._servers.values():
            _measure_us(server, iter(requests), 60.0)

    def measure(self) -> dict[str, float]:
        """Return the figures of one round."""
        figures = {name: _measure_us(server, self._requests) for name, server in self._servers.items()}
        figures["event"] = _measure_us(self._servers["uncached"], self._batches) / _BATCH_SIZE
        return figures | self._start_figures


def _measure_us(server: Server, requests: Iterator[bytes], seconds: float = _SECONDS) -> float:
    """Return the server's CPU time per request, µs."""
    before = server.cpu_seconds()
    load = uvloop.run(generate_load(server.port, requests, seconds))
    if load.failed:
        raise RuntimeError(f"{load.failed} requests failed")
    return (server.cpu_seconds() - before) / len(load.latencies) * 1e6


def draw_growth(table: pl.DataFrame, path: Path) -> None:
    """Plot each figure by factor, one line per scaled quantity."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 2.8), layout="constrained")
    for axes, (name, title) in zip(figure.subplots(1, len(FIGURES)), FIGURES.items(), strict=True):
        for quantity in QUANTITIES:
            rows = table.filter(pl.col("quantity").is_in([quantity, "base"])).sort("factor")
            axes.plot(rows["factor"], rows[name], marker="o", label=quantity)
        axes.set(xscale="log", xlabel="factor", title=title, ylim=(0, None))
        axes.title.set_fontsize(8)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


def main(
    scale: Annotated[float, typer.Option(help="of the base release")] = 0.03,
    factors: Annotated[str, typer.Option(help="by which quantities are multiplied")] = "3,10",
    out: Annotated[Path, typer.Option(help="folder for table and plot")] = Path("out/growth"),
    rounds: Annotated[int, typer.Option(help="measurements of each release")] = 3,
    processes: Annotated[int, typer.Option(help="stages in parallel")] = os.cpu_count() or 1,
) -> None:
    """Measure; write and print the results."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        base_tables = generate_tables(folder / "base" / "news", scale, processes)
        scaled = [
            (quantity, factor) for quantity in QUANTITIES for factor in parse_numbers(factors, "--factors")
        ]
        roots = {}
        for quantity, factor in [("base", 1), *scaled]:
            tables = base_tables if factor == 1 else scale_tables(*base_tables, quantity, factor)
            root = folder / f"{quantity}-{factor}"
            roots[quantity, factor] = publish_tables(root, *tables, processes)
        servers = {
            (quantity, factor): ReleaseServers(stack, root, folder / f"log-{quantity}-{factor}")
            for (quantity, factor), root in roots.items()
        }
        rows = [
            {"quantity": quantity, "factor": factor, **release.measure()}
            for _ in range(rounds)
            for (quantity, factor), release in servers.items()
        ]
    table = pl.DataFrame(rows).group_by("quantity", "factor", maintain_order=True).median()
    table.write_csv(out / "growth.csv")
    draw_growth(table, out / "growth.png")
    with pl.Config(tbl_rows=-1, tbl_cols=-1, float_precision=1):
        print(table)
