"""Growth of the pipeline's costs with the data: from generated files to a published release, by scale.

    python -m benchmarks pipeline --scales 0.1,0.3,1,2 --out out/scale

At each scale the pipeline runs twice on one volume: cold, on an empty one, and warm, on the same files except
that a fiftieth of the items have new titles, so that the vectors of the others are reused. Every stage runs
in a process of its own, as in Airflow, at most `--processes` at the same time. Generating the files is not
counted. Writes costs.csv and costs.png, and the stages of each run.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from shutil import copytree, rmtree
from typing import Annotated, Any

import polars as pl
import typer
from rich.console import Console
from rich.table import Table

from pipelines.domains import load
from pipelines.reporting.run_costs import StageCost, elapsed_seconds, measure_stage, read_costs
from pipelines.settings import PipelineSettings
from pipelines.stages.download import download, require_scale
from pipelines.stages.encode import encode
from pipelines.stages.evaluate import evaluate
from pipelines.stages.publish import publish
from pipelines.stages.refine import refine
from pipelines.stages.report import report
from pipelines.stages.segment import segment
from pipelines.stages.train import train
from script_shared.errors import SettingsError
from script_shared.storage.volume import Volume

RUNS = COLD, WARM = ("cold", "warm")
#: One item in this many has a new title in the warm run.
CHANGE_INTERVAL = 50
EVALUATION_USERS = PipelineSettings().evaluation_users
STAGES = {
    stage.__name__: stage for stage in (download, refine, encode, segment, train, evaluate, report, publish)
}
#: The stages that each figure of the table sums up.
PHASES = {
    "refine + segment": ("refine", "segment"),
    "encode": ("encode",),
    "train": ("train",),
    "evaluate + publish": ("evaluate", "report", "publish"),
}
#: The settings of the embedded run and the containers, where every core already has a stage.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
_CONSOLE = Console(stderr=True)
#: Stage, part and arguments.
Step = tuple[str, str, tuple[Any, ...]]


def stage_groups() -> list[list[Step]]:
    """Return the steps after the download; the steps of a group run in parallel."""
    plan = load("news")
    segments = plan.segment_names
    evaluations = product(plan.domain.evaluated_hours, segments)
    return [
        [("refine", "", ("synthetic",))],
        [("encode", "", ())],
        [("segment", "", ())],
        [("train", name, (name,)) for name in segments],
        [("evaluate", f"{hours}-{name}", (hours, name, EVALUATION_USERS)) for hours, name in evaluations],
        [("report", "", ())],
        [("publish", "", ())],
    ]


def run_step(root: Path, run: str, step: Step) -> None:
    """Run one step in this process."""
    stage, part, arguments = step
    measure_stage(part, STAGES[stage], load("news"), Volume(root), run, *arguments)


def run_steps(root: Path, run: str, groups: Iterable[list[Step]], processes: int) -> list[StageCost]:
    """Run all steps, each in a new process; return their costs without the download's."""
    with ProcessPoolExecutor(processes, get_context("spawn"), max_tasks_per_child=1) as pool:
        for group in groups:
            for future in [pool.submit(run_step, root, run, step) for step in group]:
                future.result()
    return [cost for cost in read_costs(Volume(root), run) if cost.stage != "download"]


def change_titles(raw: Path) -> None:
    """Make the files of the warm run: links to those of the cold run, with new titles for some items."""
    copytree(raw / COLD, raw / WARM, copy_function=os.link)
    is_changed = pl.int_range(pl.len()) % CHANGE_INTERVAL == 0
    title = pl.col("title") + pl.when(is_changed).then(pl.lit(" 2")).otherwise(pl.lit(""))
    for file in (raw / WARM).rglob("itens-parte*.csv"):
        frame = pl.read_csv(file, infer_schema=False).with_columns(title)
        file.unlink()
        frame.write_csv(file)


def measure_scale(scale: float, folder: Path, processes: int) -> dict[str, list[StageCost]]:
    """Return the costs of both runs on generated files of a scale; the files are removed."""
    root = folder / f"volume-{scale:g}"
    rmtree(root, ignore_errors=True)
    costs = {}
    with _CONSOLE.status(f"scale {scale:g}"):
        run_steps(root, COLD, [[("download", "", ("synthetic", "", scale))]], processes)
        change_titles(Volume(root).raw)
        for run in RUNS:
            costs[run] = run_steps(root, run, stage_groups(), processes)
    rmtree(root)
    return costs


def make_row(scale: float, run: str, costs: list[StageCost]) -> dict[str, Any]:
    """Return a row of the table: seconds and peak MiB of each phase, and seconds of the whole run."""
    row: dict[str, Any] = {"scale": scale, "run": run}
    for phase, stages in PHASES.items():
        phase_costs = [cost for cost in costs if cost.stage in stages]
        row[f"{phase}, s"] = elapsed_seconds(phase_costs)
        row[f"{phase}, MiB"] = max(cost.peak_mib for cost in phase_costs)
    row["all, s"] = elapsed_seconds(costs)
    return row


def draw_costs(table: pl.DataFrame, path: Path) -> None:
    """Plot seconds and memory against scale on logarithmic axes: a line at 45° is linear growth."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    cold, warm = (table.filter(run=run) for run in RUNS)
    for axes, unit in zip(figure.subplots(1, 2), ("s", "MiB"), strict=True):
        for column in (name for name in table.columns if name.endswith(f", {unit}")):
            axes.plot(cold["scale"], cold[column], marker="o", label=column.removesuffix(f", {unit}"))
        if unit == "s":
            axes.plot(warm["scale"], warm["all, s"], "k--", marker="o", label="all, warm")
        axes.set(xscale="log", yscale="log", xlabel="scale", ylabel=unit)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


def _parse_scales(text: str) -> list[float]:
    try:
        scales = [float(part) for part in text.split(",")]
        for scale in scales:
            require_scale(scale)
    except (ValueError, SettingsError) as error:
        what = f"{text!r} is not a comma-separated list of numbers above 0 and at most 10, like 0.1,1"
        raise typer.BadParameter(what, param_hint="--scales") from error
    return scales


def main(
    scales: Annotated[str, typer.Option(help="1 = 577,942 users, 8.1 million interactions")] = "0.1,0.3,1",
    out: Annotated[Path, typer.Option(help="folder for tables and plot")] = Path("out/scale"),
    processes: Annotated[int, typer.Option(help="stages in parallel; each may use 2.5 GiB at scale 1")] = (
        os.cpu_count() or 1
    ),
) -> None:
    """Measure; write and print the results."""
    out.mkdir(parents=True, exist_ok=True)
    os.environ |= THREADS
    rows = []
    for scale in _parse_scales(scales):
        for run, costs in measure_scale(scale, out, processes).items():
            pl.DataFrame(costs).write_csv(out / f"stages-{scale:g}-{run}.csv")
            rows.append(make_row(scale, run, costs))
    table = pl.DataFrame(rows)
    table.write_csv(out / "costs.csv")
    draw_costs(table, out / "costs.png")
    Console().print(_layout(table))


def _layout(table: pl.DataFrame) -> Table:
    """Return the table for the terminal; it fits into 80 columns."""
    layout = Table(padding=0)
    for column in table.columns:
        layout.add_column(column.replace(" + ", "\n+ "), justify="right")
    for row in table.iter_rows():
        layout.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in row))
    return layout
