"""The commands `python -m pipelines benchmark …`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.benchmarks.next_click import FROZEN, LIVE, StateKind, WindowOptions, next_click
from pipelines.benchmarks.next_hour import ALL_USERS, CUTOFFS, HourOptions, next_hour
from pipelines.benchmarks.recruiting import run_recruiting, write_recruiting
from pipelines.benchmarks.results import write_results
from pipelines.benchmarks.session_results import write_sessions
from pipelines.benchmarks.webmedia import webmedia
from pipelines.benchmarks.webmedia_results import write_webmedia
from pipelines.domains import load
from script_shared.settings import Settings
from script_shared.storage.disk_space import require_writable

app = typer.Typer(no_args_is_help=True)

_CUTOFFS = ",".join(map(str, CUTOFFS))
#: The width of the output if it is no terminal: that of the widest table.
_WIDTH = 180


def _require_writable(folder: Path) -> Path:
    """Refuse a folder that cannot be written before anything is computed."""
    require_writable(folder, "--out")
    return folder


ResultFolder = Annotated[
    Path, typer.Option(help="folder for predictions and metrics", callback=_require_writable)
]


@app.callback()
def benchmarks() -> None:
    """Run published protocols, whose results can be compared."""


@app.command("next-hour")
def next_hour_command(
    uri: Annotated[str, typer.Option(help="folder of the raw files")],
    out: ResultFolder,
    source: Annotated[str, typer.Option(help="raw format")] = "globo",
    cutoffs: Annotated[str, typer.Option(help="hours after 2017-10-01 03:00 UTC")] = _CUTOFFS,
    users: Annotated[int, typer.Option(min=1, help="maximum for each segment and hour")] = ALL_USERS,
    processes: Annotated[
        int, typer.Option(min=1, help="parallel pairs of segment and cut-off")
    ] = os.cpu_count() or 1,
) -> None:
    """Recommend once at each cut-off for the hour after it (protocol P1)."""
    hours = HourOptions(parse_numbers(cutoffs, "--cutoffs"), users, processes)
    result = next_hour(load(Settings.read().domain), source, uri, hours)
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    console.print(*write_results(result, out), sep="\n")


@app.command("next-click")
def next_click_command(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: ResultFolder,
    windows: Annotated[str, typer.Option(help="hours in which sessions start")] = "2-308",
    sessions: Annotated[int, typer.Option(min=1, help="maximum for each window")] = 400,
    processes: Annotated[int, typer.Option(min=1, help="parallel blocks of windows")] = os.cpu_count() or 1,
) -> None:
    """Predict the last click of each session from a state that is updated hourly (protocol P2)."""
    _run_next_click(uri, out, WindowOptions(parse_windows(windows), sessions, processes), FROZEN)


@app.command("live")
def live_command(
    uri: Annotated[str, typer.Option(help="folder of Globo.com's clicks")],
    out: ResultFolder,
    windows: Annotated[str, typer.Option(help="hours in which sessions start")] = "10-300/10",
    sessions: Annotated[int, typer.Option(min=1, help="maximum for each window")] = 2_000,
    processes: Annotated[int, typer.Option(min=1, help="parallel windows")] = os.cpu_count() or 1,
) -> None:
    """Predict the last click of each session from a state that contains every click before (protocol P3)."""
    _run_next_click(uri, out, WindowOptions(parse_windows(windows), sessions, processes), LIVE)


def _run_next_click(uri: str, out: Path, options: WindowOptions, kinds: Sequence[StateKind]) -> None:
    results = next_click(load(Settings.read().domain), uri, options, kinds)
    Console(width=_WIDTH).print(*write_sessions(*results, out), sep="\n")


def parse_windows(text: str) -> tuple[int, ...]:
    """Parse numbers and ranges: `2-308`, `10-300/10`, `7,9`.

    Raises:
        BadParameter: the text has another form.
    """
    parts = [re.fullmatch(r"(\d+)(?:-(\d+)(?:/([1-9]\d*))?)?", part) for part in text.split(",")]
    if not all(parts):
        message = f"{text!r} is not a list of numbers or ranges, such as 7,10-300/10"
        raise typer.BadParameter(message, param_hint="--windows")
    ends = [(int(m[1]), int(m[2] or m[1]), int(m[3] or 1)) for m in parts if m]
    return tuple(sorted({n for first, last, step in ends for n in range(first, last + 1, step)}))


@app.command("webmedia")
def webmedia_command(
    out: ResultFolder,
    uri: Annotated[str, typer.Option(help="folder or zip of the challenge's archive")] = "",
    source: Annotated[str, typer.Option(help="webmedia; synthetic generates the files")] = "webmedia",
    scale: Annotated[float, typer.Option(help="size of generated files")] = 0.01,
    users: Annotated[int, typer.Option(min=1, help="maximum")] = ALL_USERS,
) -> None:
    """Recommend ten items to each user of the WebMedia 2023 challenge (protocol P4)."""
    result = webmedia(load(Settings.read().domain), source, uri, scale, users)
    Console().print(write_webmedia(result, out))
    if source != "webmedia":
        Console().print("Results on generated files say nothing about quality.")


@app.command("recruiting")
def recruiting_command(
    uri: Annotated[str, typer.Option(help="folder or zip of the raw files")],
    out: ResultFolder,
    source: Annotated[str, typer.Option(help="raw format")] = "decision",
) -> None:
    """Find, rank, predict and match applicants strictly by time (protocols R1 to R5)."""
    Console(width=_WIDTH).print(*write_recruiting(run_recruiting(source, uri), out), sep="\n")


def parse_numbers(text: str, option: str) -> tuple[int, ...]:
    """Parse integers that are separated by commas.

    Args:
        text: the value of an option.
        option: the option, for the error.

    Raises:
        BadParameter: the text has another form.
    """
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        message = f"{text!r} is not a list of whole hours, such as 58,108"
        raise typer.BadParameter(message, param_hint=option) from error
