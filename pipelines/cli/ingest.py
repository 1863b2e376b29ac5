"""The command `python -m pipelines ingest`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from pipelines.cli.console import CONSOLE
from pipelines.domains import load
from pipelines.feedback.record_erasure import erase_records
from pipelines.stages.collect import open_forgotten
from pipelines.stages.inspect import open_source
from script_shared.settings import Settings
from script_shared.storage.volume import Volume


def ingest_command(
    location: Annotated[str, typer.Argument(metavar="URI", help="a folder, a zip, https://… or gdrive:<id>")],
    database: Annotated[
        str, typer.Option(envvar="RAW_DATABASE_URL", help="postgresql://user:password@host:port/name")
    ],
    source: Annotated[
        str | None, typer.Option(help="raw format; detected from the file names if not given")
    ] = None,
) -> None:
    """Copy raw records to a database; an interrupted run is resumed, and a repeated one changes nothing."""
    plan = load(Settings.read().domain)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    with (
        open_source(plan, location, source) as (found, folder),
        Progress(*columns, console=CONSOLE, disable=not CONSOLE.is_terminal) as progress,
    ):

        def report_progress(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = progress.add_task(table)
            progress.update(tasks[table], completed=done, total=total)

        lines = found.ingest(folder, database, report_progress)
    for line in lines:
        typer.echo(line)
    # The files may contain people who were erased since they were written.
    forgotten = open_forgotten(plan, Volume.from_settings(Settings.read()))
    erased = erase_records(plan, forgotten, database)
    if erased:
        typer.echo(f"{erased:,} erased users deleted again")
