"""The search on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.benchmarks.commands import numbers
from pipelines.benchmarks.next_hour import Hours
from pipelines.domains import load
from pipelines.tuning.summary import tables_of
from pipelines.tuning.tune import TuneOptions, tune
from script_shared.settings import Settings

#: Where the output is no terminal: a line of the widest table.
_WIDTH = 120


def tune_command(
    uri: Annotated[str, typer.Option(help="folder of the raw files")],
    out: Annotated[Path, typer.Option(help="folder of the search; goes on with what is there")],
    source: Annotated[str, typer.Option(help="raw format")] = "globo",
    cutoffs: Annotated[str, typer.Option(help="below 200, hours after 2017-10-01 03:00 UTC")] = "58,108,158",
    confirm: Annotated[str, typer.Option(help="other such hours, for the best and the default")] = "",
    users: Annotated[int, typer.Option(min=1, help="at most, of a segment and hour")] = 400,
    segment: Annotated[list[str] | None, typer.Option(help="may be repeated; none is all together")] = None,
    parameter: Annotated[list[str] | None, typer.Option(help="a parameter, or how some begin")] = None,
    trials: Annotated[int, typer.Option(min=1, help="configurations, earlier runs' included")] = 30,
    seed: Annotated[int, typer.Option(help="of what is tried")] = 0,
) -> None:
    """Search for parameters that find more of what is read next, on early hours alone."""
    hours = Hours(numbers(cutoffs, "--cutoffs"), users)
    later = numbers(confirm, "--confirm") if confirm else ()
    wanted = TuneOptions(hours, later, segment or (), parameter or (), trials, seed)
    found = tune(load(Settings.read().domain), source, uri, wanted, out)
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    console.print(*tables_of(found), sep="\n")
