"""What the main job costs and how that grows: generated files to a published release, at several scales.

    python -m benchmarks pipeline --scales 0.1,0.3,1,2 --out out/scale

At each scale it runs twice on one volume: cold, on an empty one, and warm, on the same files but for a
fiftieth of the articles, whose titles have changed: vectors of the others are taken over. Every stage runs
in a process of its own, as Airflow runs it, at most `--processes` at once. Generating the files is not
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
from pipelines.settings import EVALUATED_HOURS, PipelineSettings
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
#: One article in so many has changed when the warm run begins.
CHANGED = 50
READERS = PipelineSettings().evaluation_users
STAGES = {
    each.__name__: each for each in (download, refine, encode, segment, train, evaluate, report, publish)
}
#: What one figure of the table sums up.
PHASES = {
    "refine + segment": ("refine", "segment"),
    "encode": ("encode",),
    "train": ("train",),
    "evaluate + publish": ("evaluate", "report", "publish"),
}
#: As the embedded run and the containers have it: there is a stage a core already.
THREADS = {"OPENBLAS_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
_CONSOLE = Console(stderr=True)
Step = tuple[str, str, tuple[Any, ...]]


def steps() -> list[list[Step]]:
    """Return the chain after the download: what stands in one line runs at once."""
    segments = [each.name for each in load("news").domain.segments({})]
    pieces = product(EVALUATED_HOURS, segments)
    return [
        [("refine", "", ("synthetic", 1.0))],
        [("encode", "", ())],
        [("segment", "", ())],
        [("train", name, (name,)) for name in segments],
        [("evaluate", f"{hours}-{name}", (hours, name, READERS)) for hours, name in pieces],
        [("report", "", ())],
        [("publish", "", ())],
    ]


def work(root: Path, run: str, step: Step) -> None:
    """Do one stage in this process."""
    name, part, arguments = step
    measure_stage(part, STAGES[name], load("news"), Volume(root), run, *arguments)


def run_all(root: Path, run: str, lines: Iterable[list[Step]], processes: int) -> list[StageCost]:
    """Do all stages, each in a fresh process, and return what they cost."""
    with ProcessPoolExecutor(processes, get_context("spawn"), max_tasks_per_child=1) as pool:
        for line in lines:
            for done in [pool.submit(work, root, run, step) for step in line]:
                done.result()
    return [each for each in read_costs(Volume(root), run) if each.stage != "download"]


def change(raw: Path) -> None:
    """Make the warm run's files of the cold one's: links, but for new titles of some articles."""
    copytree(raw / COLD, raw / WARM, copy_function=os.link)
    title = pl.col("title") + pl.when(pl.int_range(pl.len()) % CHANGED == 0).then(pl.lit(" 2")).otherwise(
        pl.lit("")
    )
    for file in (raw / WARM).rglob("itens-parte*.csv"):
        frame = pl.read_csv(file, infer_schema=False).with_columns(title)
        file.unlink()
        frame.write_csv(file)


def measure(scale: float, folder: Path, processes: int) -> dict[str, list[StageCost]]:
    """Return what the stages of each run cost on generated files of a scale; the files are removed."""
    root = folder / f"volume-{scale:g}"
    rmtree(root, ignore_errors=True)
    costs = {}
    with _CONSOLE.status(f"scale {scale:g}"):
        run_all(root, COLD, [[("download", "", ("synthetic", "", scale))]], processes)
        change(Volume(root).raw)
        for run in RUNS:
            costs[run] = run_all(root, run, steps(), processes)
    rmtree(root)
    return costs


def row(scale: float, run: str, costs: list[StageCost]) -> dict[str, Any]:
    """Return a line of the table: seconds and peak MiB of each phase and of the whole."""
    line: dict[str, Any] = {"scale": scale, "run": run}
    for phase, names in PHASES.items():
        own = [each for each in costs if each.stage in names]
        line[f"{phase}, s"] = elapsed_seconds(own)
        line[f"{phase}, MiB"] = max(each.peak_mib for each in own)
    line["all, s"] = elapsed_seconds(costs)
    return line


def draw(table: pl.DataFrame, path: Path) -> None:
    """Draw seconds and memory against scale, both axes logarithmic: a straight line at 45° is linear."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    cold, warm = (table.filter(run=run) for run in RUNS)
    for axes, unit in zip(figure.subplots(1, 2), ("s", "MiB"), strict=True):
        for name in (each for each in table.columns if each.endswith(f", {unit}")):
            axes.plot(cold["scale"], cold[name], marker="o", label=name.removesuffix(f", {unit}"))
        if unit == "s":
            axes.plot(warm["scale"], warm["all, s"], "k--", marker="o", label="all, warm")
        axes.set(xscale="log", yscale="log", xlabel="scale", ylabel=unit)
        axes.legend(fontsize=7)
    figure.savefig(path, dpi=120)


def _numbers(scales: str) -> list[float]:
    """Read scales with commas between them."""
    try:
        found = [float(part) for part in scales.split(",")]
        for scale in found:
            require_scale(scale)
    except (ValueError, SettingsError) as error:
        what = f"{scales!r} is not numbers above 0 and at most 10 with commas between them, like 0.1,1"
        raise typer.BadParameter(what, param_hint="--scales") from error
    return found


def main(
    scales: Annotated[str, typer.Option(help="1 = 577,942 readers, 8.1 million reads")] = "0.1,0.3,1",
    out: Annotated[Path, typer.Option(help="where tables and plot go")] = Path("out/scale"),
    processes: Annotated[int, typer.Option(help="stages at once; each may hold 2.5 GiB at scale 1")] = (
        os.cpu_count() or 1
    ),
) -> None:
    """Measure and show."""
    out.mkdir(parents=True, exist_ok=True)
    os.environ |= THREADS
    rows = []
    for scale in _numbers(scales):
        for run, costs in measure(scale, out, processes).items():
            pl.DataFrame(costs).write_csv(out / f"stages-{scale:g}-{run}.csv")
            rows.append(row(scale, run, costs))
    table = pl.DataFrame(rows)
    table.write_csv(out / "costs.csv")
    draw(table, out / "costs.png")
    Console().print(_shown(table))


def _shown(table: pl.DataFrame) -> Table:
    """Return the table as printed: it fits into 80 columns."""
    shown = Table(padding=0)
    for column in table.columns:
        shown.add_column(column.replace(" + ", "\n+ "), justify="right")
    for line in table.iter_rows():
        shown.add_row(*(f"{value:.3g}" if isinstance(value, float) else str(value) for value in line))
    return shown
