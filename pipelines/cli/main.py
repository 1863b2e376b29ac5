"""The stages on the command line, without Airflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from itertools import product
from types import MappingProxyType
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.benchmarks import commands as benchmarks
from pipelines.cli import releases
from pipelines.cli.console import CONSOLE, print_error, run_command, sanitise
from pipelines.cli.cost_table import build_cost_table
from pipelines.cli.ingest import ingest_command
from pipelines.cli.inspection import print_inspection
from pipelines.cli.stage_runs import StageCall, load_plan_and_volume, run_stage, run_stages
from pipelines.experiments.command import experiment_command
from pipelines.ingest.source_options import CONFIG_FILE, with_source_options
from pipelines.plans.monitoring import find_previous_day
from pipelines.reporting.run_costs import measure_stage, read_costs, write_costs
from pipelines.run_ids import new_run_id
from pipelines.settings import PipelineSettings
from pipelines.stages.collect import collect
from pipelines.stages.compact import compact
from pipelines.stages.download import download
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.evaluate_classifier import evaluate_classifier
from pipelines.stages.inspect import inspect, write_options
from pipelines.stages.monitor import monitor
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from pipelines.tuning.command import tune_command
from script_shared.clock import WallClock
from script_shared.errors import MancheteError
from script_shared.events.factory import find_log_url
from script_shared.inference.engine import Engine
from script_shared.releases.factory import open_registry
from script_shared.settings import Settings
from script_shared.storage.disk_space import require_writable
from script_shared.storage.partitions import find_partition
from script_shared.types import Request

app = typer.Typer(no_args_is_help=True, help="Train, evaluate and publish recommendation models.")
app.add_typer(benchmarks.app, name="benchmark")
app.add_typer(releases.app, name="releases")
app.command("tune")(tune_command)
app.command("experiment")(experiment_command)
app.command("ingest")(ingest_command)


@app.command("train")
@with_source_options
def train_all(
    source: Annotated[str, typer.Option(help="raw format; generated data if not given")] = "",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Train all models from raw files."""
    _train_all(source, uri, scale, options)


def _train_all(source: str, uri: str, scale: float, options: Mapping[str, Any]) -> None:
    plan, volume = load_plan_and_volume()
    run, settings = new_run_id(), PipelineSettings.read()
    plan = plan.with_options(source, options)
    require_writable(settings.data_root)
    open_registry(volume).find()  # before hours of training: fails if the store of releases cannot be read
    with CONSOLE.status("download"):
        measure_stage("", download, plan, volume, run, source, uri, scale)
    run_stage(collect, run, find_log_url(settings), settings.raw_database_url.get_secret_value())
    run_stage(refine, run, source, settings.refine_options)
    run_stage(encode, run)
    CONSOLE.print(run_stage(segment, run))
    run_stages(run, [StageCall(train, name, (name,)) for name in plan.model_names])
    CONSOLE.print(build_cost_table(read_costs(volume, run)))


@app.command("evaluate")
def evaluate_all() -> None:
    """Evaluate, report and publish the newest trained models."""
    plan, volume = load_plan_and_volume()
    require_writable(Settings.read().data_root)
    run = find_partition(volume.segments).name
    users = PipelineSettings.read().evaluation_users
    pairs = product(plan.domain.evaluated_hours, plan.segment_names)
    evaluations = [StageCall(evaluate, f"{name}-{hours}h", (hours, name, users)) for hours, name in pairs]
    names = plan.domain.classifiers({})
    run_stages(run, [*evaluations, *(StageCall(evaluate_classifier, name, (name,)) for name in names)])
    run_stage(report, run)
    result = run_stage(publish, run)
    run_stage(compact, run, find_log_url(Settings.read()))
    write_costs(volume, run)
    CONSOLE.print(build_cost_table(read_costs(volume, run)))
    CONSOLE.print(sanitise(str(result)), soft_wrap=True)
    typer.echo(result.release)


@app.command("run")
@with_source_options
def run_all(
    source: Annotated[str, typer.Option(help="raw format; generated data if not given")] = "",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Run all stages, from raw files to a published release."""
    _train_all(source, uri, scale, options)
    evaluate_all()


@app.command("monitor")
def monitor_day(
    day: Annotated[str, typer.Option(help="a UTC day such as 2026-11-28; the day before if not given")] = "",
) -> None:
    """Report drift and quality of a day's predictions, and print the number of findings as JSON."""
    url = find_log_url(Settings.read())
    day, pseudonyms = day or find_previous_day(WallClock()), PipelineSettings.read().pseudonyms
    typer.echo(json.dumps(run_stage(monitor, day, url, pseudonyms)))


@app.command("inspect")
@with_source_options
def inspect_files(
    location: Annotated[
        str, typer.Argument(metavar="URI", help="a folder, a zip, https://… or gdrive:<id>")
    ] = "",
    uri: Annotated[str, typer.Option(help="the same as the argument")] = "",
    source: Annotated[
        str | None, typer.Option(help="raw format; detected from the file names if not given")
    ] = None,
    write_config: Annotated[
        bool, typer.Option("--write-config", help=f"write the set and detected options to {CONFIG_FILE}")
    ] = False,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Print what raw files contain, what a run would use and what is wrong."""
    plan, uri = load_plan_and_volume()[0], uri or location
    try:
        inspection = inspect(plan, uri, source, options)
        print_inspection(inspection, plan.remedies, Console())
        if write_config:
            CONSOLE.print(sanitise(f"written: {write_options(plan, uri, inspection, options)}"))
    except MancheteError as error:
        print_error(error)
        raise typer.Exit(1) from error
    if inspection.error:
        raise typer.Exit(1)


@app.command()
def predict(
    user: Annotated[str | None, typer.Option(help="user id; anonymous if not given")] = None,
    n: Annotated[int, typer.Option(min=1, max=100)] = 10,
) -> None:
    """Print the champion's recommendations for a user as JSON."""
    plan, volume = load_plan_and_volume()
    engine = Engine.load(open_registry(volume).open(), plan.domain)
    response = engine.recommend(Request(user, n))
    items = [item._asdict() for item in response.items]
    typer.echo(json.dumps(asdict(response) | {"items": items}))


@app.command()
@with_source_options
def embedded(
    source: Annotated[str, typer.Option(help="raw format; generated data if not given")] = "",
    uri: Annotated[str, typer.Option(help="folder, zip, https://… or gdrive:<id> of the raw files")] = "",
    scale: Annotated[float, typer.Option(help="size of generated data")] = 0.01,
    smoke: Annotated[bool, typer.Option(help="free ports, a temporary volume, then exit")] = False,
    options: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Run Airflow and the API on this machine, process the data, and serve until Ctrl-C."""
    from pipelines.embedded import run

    (run.smoke if smoke else run.serve)(source, uri, scale, options)


def main() -> None:
    """Run the command line; see `run_command` for errors."""
    run_command(app)
