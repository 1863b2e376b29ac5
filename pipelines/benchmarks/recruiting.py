"""`python -m pipelines benchmark recruiting`: encodes the data of openings and runs the protocols on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from rich.table import Table

from pipelines.benchmarks.results import write_frames, write_records
from pipelines.domains import load
from pipelines.domains.recruiting.benchmark.find import FindResult, find, summarise_find
from pipelines.domains.recruiting.benchmark.protocols import ApplicationResult, run_protocols
from pipelines.encoding.arrays import read_dataset
from pipelines.encoding.dataset import encode_dataset
from pipelines.ingest.local import local_path
from pipelines.stages.download import find_source
from script_shared.domains.recruiting.matching.parameters import MatchParameters


@dataclass(frozen=True, slots=True)
class RecruitingResult:
    """The result of R1, and that of R2 to R5."""

    find: FindResult
    applications: ApplicationResult


def run_recruiting(source: str, uri: str, options: MatchParameters | None = None) -> RecruitingResult:
    """Refine and encode raw files, and run the protocols on them.

    Args:
        source: name of the raw format.
        uri: folder or zip of the raw files.
        options: of the classifiers; the service's by default.

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
        found = find(plan.domain, parameters, dataset)
        return RecruitingResult(
            found, run_protocols(plan.domain, parameters, refinement.tables, options or MatchParameters())
        )


def write_recruiting(result: RecruitingResult, out: Path) -> list[Table]:
    """Write predictions, scores, metrics and promises (CSV and JSON).

    Returns:
        A table for each protocol, period and population, and one of the promised precisions.
    """
    predictions = pl.concat([result.find.predictions, *result.applications.predictions], how="diagonal")
    write_frames(predictions, result.find.scores, out)
    records = [*summarise_find(result.find.scores), *result.applications.records]
    write_records(records, out / "metrics")
    promises = result.applications.promises
    if promises:
        write_records(promises, out / "promises")
    parts = groupby(
        records, key=lambda record: [record[name] for name in ("protocol", "period", "population")]
    )
    return [*(_build_table(list(part)) for _, part in parts), _build_promises(promises)]


def _build_table(records: Sequence[Mapping[str, Any]]) -> Table:
    first = records[0]
    names = " · ".join(first[name] for name in ("protocol", "period", "population"))
    table = Table(
        title=f"{names} · {first['rows']:,} rows, {first['openings']:,} openings", title_justify="left"
    )
    table.add_column("model", no_wrap=True)
    metrics = list(dict.fromkeys(record["metric"] for record in records))
    for metric in metrics:
        table.add_column(metric, justify="right", no_wrap=True)
    for model, part in groupby(records, key=lambda record: record["model"]):
        rows = list(part)
        table.add_row(model, *(f"{r['value']:.3f} \\[{r['low']:.3f} {r['high']:.3f}]" for r in rows))
        if any(row["goal"] is not None for row in rows):
            table.add_row("  goal", *("" if row["goal"] is None else f"{row['goal']:g}" for row in rows))
    return table


def _build_promises(promises: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(
        title="promised precision, by its lower confidence limit before the period", title_justify="left"
    )
    for name in ("period", "population", "model", "promised", "threshold", "approved", "precision", "recall"):
        table.add_column(name, no_wrap=True)
    for row in promises:
        threshold = "not reached" if row["threshold"] is None else f"{row['threshold']:.3f}"
        precision = "" if row["precision"] is None else f"{row['precision']:.3f}"
        names = (row["period"], row["population"], row["model"], f"{row['promised']:.2f}")
        table.add_row(*names, threshold, f"{row['approved']:,}", precision, f"{row['recall']:.3f}")
    return table
