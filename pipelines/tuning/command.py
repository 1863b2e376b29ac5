"""The command `python -m pipelines tune`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.benchmarks.commands import parse_numbers
from pipelines.benchmarks.next_hour import HourOptions
from pipelines.domains import load
from pipelines.tuning.summary import build_tables
from pipelines.tuning.tune import TuneOptions, tune
from script_shared.settings import Settings

#: The width of the output if it is no terminal: that of the widest table.
_WIDTH = 120


def tune_command(
    uri: Annotated[str, typer.Option(help="folder of the raw files")],
    out: Annotated[Path, typer.Option(help="folder of the search; an existing search is resumed")],
    source: Annotated[str, typer.Option(help="raw format")] = "globo",
    cutoffs: Annotated[str, typer.Option(help="hours after 2017-10-01 03:00 UTC, below 200")] = "58,108,158",
    confirm: Annotated[
        str, typer.Option(help="other such hours, at which the best and the default are compared")
    ] = "",
    users: Annotated[int, typer.Option(min=1, help="maximum for each segment and hour")] = 400,
    segment: Annotated[
        list[str] | None, typer.Option(help="name of a segment, repeatable; all if not given")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="path or prefix of parameters, repeatable")
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="configurations, those of an existing search included")
    ] = 30,
    seed: Annotated[int, typer.Option(help="seed of the sampler")] = 0,
) -> None:
    """Search for parameters with a higher NDCG@10, on early hours of the data alone."""
    hours = HourOptions(parse_numbers(cutoffs, "--cutoffs"), users)
    confirm_hours = parse_numbers(confirm, "--confirm") if confirm else ()
    options = TuneOptions(hours, confirm_hours, segment or (), parameter or (), trials, seed)
    summary = tune(load(Settings.read().domain), source, uri, options, out)
    console = Console()
    console.width = console.width if console.is_terminal else _WIDTH
    console.print(*build_tables(summary), sep="\n")
