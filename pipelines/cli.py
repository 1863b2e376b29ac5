"""The stages on the command line, without Airflow."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from pipelines.acquiring import absolute
from pipelines.console import CONSOLE
from pipelines.domains import load
from pipelines.inspection_page import plain, show
from pipelines.plan import Plan
from pipelines.runs import new_run
from pipelines.stages.download import download
from pipelines.stages.evaluate import evaluate
from pipelines.stages.inspect import inspect
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.errors import MancheteError
from script_shared.inference.engine import Engine
from script_shared.partitions import find_partition
from script_shared.releases.registry import Registry
from script_shared.settings import Settings
from script_shared.types import Request
from script_shared.volume import Volume

if TYPE_CHECKING:
    from pipelines.embedded.supervisor import Ports

app = typer.Typer(no_args_is_help=True, help="Raw reads in, recommendations out.")

#: The pipeline scores the hours that begin so many hours before `as_of`.
CUTOFFS = (1, 25)


@app.command("train")
def train_all(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
) -> None:
    """Go from raw files to trained models."""
    plan, volume = _place()
    name = new_run()
    _timed("download", download, plan, volume, name, source, uri, scale)
    _timed("refine", refine, plan, volume, name, source, Settings().reader_share)
    counts = _timed("segment", segment, plan, volume, name)
    CONSOLE.print(counts)
    for each in plan.domain.segments({}):
        _timed(f"train {each.name}", train, plan, volume, name, each.name)


@app.command("evaluate")
def evaluate_all() -> None:
    """Evaluate, report and publish the newest trained models."""
    plan, volume = _place()
    name = find_partition(volume.segments).name
    for hours, each in product(CUTOFFS, plan.domain.segments({})):
        _timed(f"evaluate {each.name} -{hours} h", evaluate, plan, volume, name, hours, each.name)
    _timed("report", report, plan, volume, name)
    typer.echo(_timed("publish", publish, plan, volume, name))


@app.command()
def run(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
) -> None:
    """Run all stages, from raw files to a published release."""
    train_all(source, uri, scale)
    evaluate_all()


@app.command("inspect")
def inspect_files(
    uri: Annotated[str, typer.Argument(help="a folder, a zip, https://… or gdrive:<id>")],
    source: Annotated[str | None, typer.Option(help="raw format; guessed by the files' names")] = None,
) -> None:
    """Say what raw files hold, what a run would use and what is wrong; write nothing."""
    plan, _ = _place()
    try:
        inspection = inspect(plan, uri, source)
    except MancheteError as error:
        CONSOLE.print(plain(f"not usable: {error}"), style="red")
        raise typer.Exit(1) from error
    show(inspection, plan.remedies, Console())
    if inspection.fault:
        raise typer.Exit(1)


@app.command()
def predict(
    user: Annotated[str | None, typer.Option(help="reader; none is an anonymous one")] = None,
    n: Annotated[int, typer.Option(min=1, max=100)] = 10,
) -> None:
    """Print what the champion recommends to a reader, as JSON."""
    plan, volume = _place()
    engine = Engine.load(Registry(volume.releases).open(), plan.domain)
    typer.echo(json.dumps(asdict(engine.recommend(Request(user, n)))))


@app.command()
def embedded(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    smoke: Annotated[bool, typer.Option(help="free ports, a temporary volume, then exit")] = False,
) -> None:
    """Run everything on this machine through Airflow, and serve until Ctrl-C."""
    from pipelines.embedded.processes import free_port
    from pipelines.embedded.supervisor import Ports

    conf = {"source": source, "uri": absolute(uri), "scale": scale}
    if not smoke:
        _serve(Settings().data_root, Ports(8080, 8001), conf, stay=True)
        return
    with TemporaryDirectory() as folder:
        os.environ["DATA_ROOT"] = folder
        _serve(Path(folder), Ports(free_port(), free_port()), conf, stay=False)


def _serve(data_root: Path, ports: Ports, conf: dict[str, Any], *, stay: bool) -> None:
    from pipelines.embedded import supervisor

    with supervisor.running(data_root, ports) as up:
        supervisor.run_chain(up, conf)
        supervisor.print_answers(supervisor.ask_one_of_each(up))
        if stay:
            CONSOLE.print("Ctrl-C stops everything")
            signal.pause()


def _place() -> tuple[Plan, Volume]:
    settings = Settings()
    return load(settings.domain), Volume.of(settings)


def _timed(label: str, stage: Callable[..., Any], *arguments: Any) -> Any:
    """Do a stage and say how long it took and how much memory the process has used at most."""
    start = time.monotonic()
    with CONSOLE.status(label):
        result = stage(*arguments)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    CONSOLE.print(f"{label:<20} {time.monotonic() - start:6.1f} s   {peak:5.2f} GiB peak")
    return result


def main() -> None:
    """Run a command; an error that a person can act on is one sentence and exit code 2."""
    try:
        app()
    except MancheteError as error:
        CONSOLE.print(plain(str(error)), style="red")
        sys.exit(2)
