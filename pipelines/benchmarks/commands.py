"""The benchmarks on the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.benchmarks.next_click import FROZEN, LIVE, Kind, Windows, next_click
from pipelines.benchmarks.next_hour import CUTOFFS, EVERYBODY, Hours, next_hour
from pipelines.benchmarks.results import write_results
from pipelines.benchmarks.session_results import write_sessions
from pipelines.benchmarks.webmedia import webmedia
from pipelines.benchmarks.webmedia_results import write_webmedia
from pipelines.domains import load
from script_shared.settings import Settings

app = typer.Typer(no_args_is_help=True)

_CUTOFFS = ",".join(map(str, CUTOFFS))
#: Where the output is no terminal: a line of the widest table.
_WIDTH = 180


@app.callback()
def benchmarks() -> None:
    """Follow published protocols, so that figures can be compared."""


@app.command("next-hour")
def next_hour_command(
    uri: Annotated[str, typer.Option(help="folder of the raw files")],
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")],
    source: Annotated[str, typer.Option(help="raw format")] = "globo",
    cutoffs: Annotated[str, typer.Option(help="hours after 2017-10-01 03:00 UTC")] = _CUTOFFS,
    users: Annotated[int, typer.Option(min=1, help="at most, of a segment and hour")] = EVERYBODY,
    processes: Annotated[int, typer.Option(min=1, help="segments and cut-offs at a time")] = os.cpu_count()
    or 1,
) -> None:
    """Recommend once, at each cut-off, for the hour after it (protocol P1)."""
    hours = Hours(numbers(cutoffs, "--cutoffs"), users, processes)
    outcome = next_hour(load(Settings.read().domain), source, uri, hours)
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    console.print(*write_results(outcome, out), sep="\n")


@app.command("next-click")
def next_click_command(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")],
    windows: Annotated[str, typer.Option(help="hours in which sessions begin")] = "2-308",
    sessions: Annotated[int, typer.Option(min=1, help="at most, of a window")] = 400,
    processes: Annotated[int, typer.Option(min=1, help="blocks of windows at a time")] = os.cpu_count() or 1,
) -> None:
    """Ask for the last article of each session from a state frozen hourly (protocol P2)."""
    _ask_sessions(uri, out, Windows(windows_of(windows), sessions, processes), FROZEN)


@app.command("live")
def live_command(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")],
    windows: Annotated[str, typer.Option(help="hours in which sessions begin")] = "10-300/10",
    sessions: Annotated[int, typer.Option(min=1, help="at most, of a window")] = 2_000,
    processes: Annotated[int, typer.Option(min=1, help="windows at a time")] = os.cpu_count() or 1,
) -> None:
    """Ask for the last article of each session from a state that knows every click before (protocol P3)."""
    _ask_sessions(uri, out, Windows(windows_of(windows), sessions, processes), LIVE)


def _ask_sessions(uri: str, out: Path, asked: Windows, kinds: Sequence[Kind]) -> None:
    found = next_click(load(Settings.read().domain), uri, asked, kinds)
    Console(width=_WIDTH).print(*write_sessions(*found, out), sep="\n")


def windows_of(text: str) -> tuple[int, ...]:
    """Read numbers and ranges: `2-308`, `10-300/10`, `7,9`."""
    parts = [re.fullmatch(r"(\d+)(?:-(\d+)(?:/([1-9]\d*))?)?", part) for part in text.split(",")]
    if not all(parts):
        what = f"{text!r} is not numbers or ranges with commas between them, like 7,10-300/10"
        raise typer.BadParameter(what, param_hint="--windows")
    ends = [(int(m[1]), int(m[2] or m[1]), int(m[3] or 1)) for m in parts if m]
    return tuple(sorted({n for first, last, step in ends for n in range(first, last + 1, step)}))


@app.command("webmedia")
def webmedia_command(
    out: Annotated[Path, typer.Option(help="folder for predictions and metrics")],
    uri: Annotated[str, typer.Option(help="folder or zip of the challenge's archive")] = "",
    source: Annotated[str, typer.Option(help="webmedia; synthetic generates the files")] = "webmedia",
    scale: Annotated[float, typer.Option(help="size of generated files")] = 0.01,
    users: Annotated[int, typer.Option(min=1, help="at most")] = EVERYBODY,
) -> None:
    """Recommend ten next pages to the challenge's readers, graded in their order (protocol P4)."""
    outcome = webmedia(source, uri, scale, users)
    Console().print(write_webmedia(outcome, out))
    if source != "webmedia":
        Console().print("Figures of generated files say nothing about quality.")


def numbers(text: str, option: str) -> tuple[int, ...]:
    """Read whole hours with commas between them.

    Raises:
        BadParameter: they are not; names the option.
    """
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        what = f"{text!r} is not whole hours with commas between them, like 58,108"
        raise typer.BadParameter(what, param_hint=option) from error
