"""What the product recommends beside what others would, on the same readers: protocols P1 and P2.

    python -m benchmarks quality --uri /path/to/g1 --out out/quality --ours out/next-click

P1's answers of the product are worked out here; P2's are read from the predictions that
`python -m pipelines benchmark next-click` wrote. RecTools needs older packages than the product: its
peers run in `.venv-benchmarks`, which is made where it is missing. Writes, for each protocol, what the
protocol's own command writes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import next_click, next_hour
from benchmarks.choosing import PEERS, chosen
from pipelines.benchmarks.next_hour import ALL_USERS, CUTOFFS
from script_shared.evaluation.sessions import WINDOWS_MS

WINDOWS = tuple(range(10, 301, 10))
#: Where the output is no terminal: a line of the widest table.
_WIDTH = 180


def _text(numbers: tuple[int, ...]) -> str:
    return ",".join(map(str, numbers))


def main(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")] = Path("out/quality"),
    ours: Annotated[Path | None, typer.Option(help="folder of the product's next-click predictions")] = None,
    cutoffs: Annotated[str, typer.Option(help="hours of P1; empty leaves it out")] = _text(CUTOFFS),
    windows: Annotated[str, typer.Option(help="windows of P2; empty leaves it out")] = _text(WINDOWS),
    peers: Annotated[str, typer.Option(help="their names")] = ",".join(PEERS),
    sample: Annotated[int, typer.Option(min=1, help="at most so many readers or sessions")] = ALL_USERS,
    processes: Annotated[int, typer.Option(min=1, help="cut-offs at a time")] = os.cpu_count() or 1,
    windows_ms: Annotated[int, typer.Option(help="when window 0 begins, ms UTC")] = WINDOWS_MS,
) -> None:
    """Compare, write and show."""
    names = chosen(peers.split(","))
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    if cutoffs:
        hours = next_hour.Hours(_numbers(cutoffs), sample, processes)
        console.print(*next_hour.run(uri, out / "next-hour", hours, names), sep="\n")
    if windows:
        asked = next_click.Windows(_numbers(windows), sample, processes, windows_ms)
        console.print(*next_click.run(uri, out / "next-click", asked, names, ours), sep="\n")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(part) for part in text.split(",")))
