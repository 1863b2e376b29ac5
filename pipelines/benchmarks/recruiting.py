"""`python -m pipelines benchmark recruiting`: encodes the data of openings and runs the protocols on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.table import Table

from pipelines.benchmarks.results import write_frames, write_records
from pipelines.domains import load
from pipelines.domains.recruiting.benchmark.find import GOALS, METRICS, FindResult, find, summarise_find
from pipelines.encoding.arrays import read_dataset
from pipelines.encoding.dataset import encode_dataset
from pipelines.ingest.local import local_path
from pipelines.stages.download import find_source


def run_find(source: str, uri: str) -> FindResult:
    """Refine and encode raw files, and run protocol R1 on them.

    Args:
        source: name of the raw format.
        uri: folder or zip of the raw files.

    Raises:
        InputError: the files are unusable.
    """
    plan = load("recruiting")
    with TemporaryDirectory() as name:
        raw, encoded = Path(name) / "raw", Path(name) / "encoded"
        raw.mkdir()
        encoded.mkdir()
        chosen = find_source(plan, source)
        chosen.acquire(str(local_path(uri)), 1.0, raw)
        refinement = chosen.refine(raw)
        encode_dataset(encoded, plan, refinement.tables, refinement.as_of_ms)
        dataset, parameters = read_dataset(encoded)
        return find(plan.domain, parameters, dataset)


def write_find(result: FindResult, out: Path) -> list[Table]:
    """Write predictions, scores and metrics (CSV and JSON); return a table for each period."""
    records = summarise_find(result.scores)
    write_frames(result.predictions, result.scores, out)
    write_records(records, out / "metrics")
    periods = dict.fromkeys(record["period"] for record in records)
    return [_build_table(period, [r for r in records if r["period"] == period]) for period in periods]


def _build_table(period: str, records: Sequence[Mapping[str, Any]]) -> Table:
    title = f"R1 find · {period} · {records[0]['openings']:,} openings"
    table = Table(title=title, title_justify="left")
    table.add_column("model", no_wrap=True)
    for metric in METRICS:
        table.add_column(metric, justify="right", no_wrap=True)
    for record in records:
        cells = [f"{record[m]:.3f} \\[{record[f'{m}_low']:.3f} {record[f'{m}_high']:.3f}]" for m in METRICS]
        table.add_row(record["model"], *cells)
    table.add_section()
    table.add_row("goal", *(f"{GOALS[metric]:.3f}" for metric in METRICS))
    return table
