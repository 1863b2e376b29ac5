"""The product's recommendations against those of peers, on the same users: protocols P1 and P2.

    python -m benchmarks quality --uri /path/to/g1 --out out/quality --ours out/next-click

In P1 the product's lists are computed here; in P2 they are read from the predictions of
`python -m pipelines benchmark next-click`. RecTools needs older packages than the product: its peers run in
`.venv-benchmarks`, which is created where it is missing. Writes the files of each protocol's own command.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks.peers.registry import PEERS, check_names
from benchmarks.quality import next_click, next_hour
from pipelines.benchmarks.next_hour import ALL_USERS, CUTOFFS
from script_shared.evaluation.sessions import FIRST_WINDOW_MS

WINDOWS = tuple(range(10, 301, 10))
#: Columns of the widest table, for output that is not a terminal.
_WIDTH = 180


def _join(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")] = Path("out/quality"),
    ours: Annotated[Path | None, typer.Option(help="folder of the product's next-click predictions")] = None,
    cutoffs: Annotated[str, typer.Option(help="hours of P1; empty omits P1")] = _join(CUTOFFS),
    windows: Annotated[str, typer.Option(help="windows of P2; empty omits P2")] = _join(WINDOWS),
    peers: Annotated[str, typer.Option(help="names of peers")] = ",".join(PEERS),
    sample: Annotated[int, typer.Option(min=1, help="maximum number of users or sessions")] = ALL_USERS,
    processes: Annotated[int, typer.Option(min=1, help="cut-offs in parallel")] = os.cpu_count() or 1,
    windows_ms: Annotated[int, typer.Option(help="start of window 0, ms UTC")] = FIRST_WINDOW_MS,
) -> None:
    """Score the product and the peers; write and print the results."""
    names = check_names(peers.split(","))
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    if cutoffs:
        hours = next_hour.HourOptions(_numbers(cutoffs), sample, processes)
        console.print(*next_hour.run(uri, out / "next-hour", hours, names), sep="\n")
    if windows:
        options = next_click.Windows(_numbers(windows), sample, processes, windows_ms)
        console.print(*next_click.run(uri, out / "next-click", options, names, ours), sep="\n")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(part) for part in text.split(",")))
