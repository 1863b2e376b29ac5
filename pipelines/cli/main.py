"""The stages on the command line, without Airflow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from itertools import product
from types import MappingProxyType
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.benchmarks import commands as benchmarking
from pipelines.cli.console import CONSOLE, plain, print_error, run_command
from pipelines.cli.cost_table import cost_table
from pipelines.cli.inspection import show
from pipelines.cli.rollback import roll_back
from pipelines.domains import load
from pipelines.experiments.command import experiment_command
from pipelines.ingest.source_options import CONFIG_FILE, with_source_options
from pipelines.plan import Plan
from pipelines.reporting.run_costs import measured, read_costs, write_costs
from pipelines.run_ids import new_run
from pipelines.settings import SCORED_HOURS, PipelineSettings
from pipelines.stages.collect import collect
from pipelines.stages.compact import compact
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.inspect import inspect, write_options
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from pipelines.tuning.command import tune_command
from script_shared.errors import MancheteError
from script_shared.inference.engine import Engine
from script_shared.releases.registry import Registry
from script_shared.settings import Settings
from script_shared.storage.disk_space import require_writable
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.types import Request

app = typer.Typer(no_args_is_help=True, help="Raw reads in, recommendations out.")
app.add_typer(benchmarking.app, name="benchmark")
app.command("tune")(tune_command)
app.command("experiment")(experiment_command)


@app.command("train")
@with_source_options
def train_all(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Go from raw files to trained models."""
    _train_all(source, uri, scale, options)


def _train_all(source: str, uri: str, scale: float, options: Mapping[str, Any]) -> None:
    plan, volume = _place()
    name, settings = new_run(), PipelineSettings.read()
    plan = plan.configured(source, options)
    require_writable(settings.data_root)
    with CONSOLE.status("download"):
        measured("", download, plan, volume, name, source, uri, scale)
    _do(collect, name, settings.events_url.get_secret_value())
    _do(refine, name, source, settings.refine_options)
    _do(encode, name)
    CONSOLE.print(_do(segment, name))
    for each in plan.domain.segments({}):
        _do(train, name, each.name, part=each.name)
    CONSOLE.print(cost_table(read_costs(volume, name)))


@app.command("evaluate")
def evaluate_all() -> None:
    """Evaluate, report and publish the newest trained models."""
    plan, volume = _place()
    require_writable(Settings.read().data_root)
    name = find_partition(volume.segments).name
    users = PipelineSettings.read().evaluation_readers
    for hours, each in product(SCORED_HOURS, plan.domain.segments({})):
        _do(evaluate, name, hours, each.name, users, part=f"{each.name}-{hours}h")
    _do(report, name)
    published = _do(publish, name)
    _do(compact, name, Settings.read().events_url.get_secret_value())
    write_costs(volume, name)
    CONSOLE.print(cost_table(read_costs(volume, name)))
    CONSOLE.print(plain(str(published)), soft_wrap=True)
    typer.echo(published.release)


@app.command()
@with_source_options
def run(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Run all stages, from raw files to a published release."""
    _train_all(source, uri, scale, options)
    evaluate_all()


@app.command("inspect")
@with_source_options
def inspect_files(
    place: Annotated[
        str, typer.Argument(metavar="URI", help="a folder, a zip, https://… or gdrive:<id>")
    ] = "",
    uri: Annotated[str, typer.Option(help="the same")] = "",
    source: Annotated[str | None, typer.Option(help="raw format; guessed by the files' names")] = None,
    write_config: Annotated[
        bool, typer.Option("--write-config", help=f"write what was set and detected to {CONFIG_FILE}")
    ] = False,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Say what raw files hold, what a run would use and what is wrong; write nothing but --write-config."""
    plan, uri = _place()[0], uri or place
    try:
        inspection = inspect(plan, uri, source, SCORED_HOURS, options)
        show(inspection, plan.remedies, Console())
        if write_config:
            CONSOLE.print(plain(f"written: {write_options(plan, uri, inspection, options)}"))
    except MancheteError as error:
        print_error(error)
        raise typer.Exit(1) from error
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
    found = engine.recommend(Request(user, n))
    items = [each._asdict() for each in found.items]
    typer.echo(json.dumps(asdict(found) | {"items": items}))


@app.command()
def promote() -> None:
    """Make the challenger the champion, whatever the gate says, and print its id."""
    _, volume = _place()
    typer.echo(Registry(volume.releases).promote())


@app.command()
def rollback(
    to: Annotated[str, typer.Option(help="a release's id; none is the champion before this one")] = "",
) -> None:
    """Make an earlier release the champion again, and print its id."""
    _, volume = _place()
    typer.echo(roll_back(volume, to, Settings.read().events_url.get_secret_value()))


@app.command()
@with_source_options
def embedded(
    source: Annotated[str, typer.Option(help="raw format")] = "synthetic",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    smoke: Annotated[bool, typer.Option(help="free ports, a temporary volume, then exit")] = False,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Run everything on this machine through Airflow, and serve until Ctrl-C."""
    from pipelines.embedded import run

    (run.smoke if smoke else run.serve)(source, uri, scale, options)


def _place() -> tuple[Plan, Volume]:
    settings = PipelineSettings.read()
    return load(settings.domain), Volume.from_settings(settings)


def _do(stage: Callable[..., Any], run: str, *arguments: Any, part: str = "") -> Any:
    with CONSOLE.status(f"{stage.__name__} {part}"):
        return measured(part, stage, *_place(), run, *arguments)


def main() -> None:
    """Run a command; an error that a person can act on is printed without a traceback, with exit status 2."""
    run_command(app)
