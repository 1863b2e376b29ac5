"""Brings the scores of a run's cut-offs together: metrics, predictions and a page to read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from pipelines.plan import Plan
from script_shared.errors import PartitionError
from script_shared.evaluation.beyond_accuracy import describe_lists
from script_shared.evaluation.comparison import compare
from script_shared.evaluation.summary import summarise
from script_shared.partitions import find_partition, set_alias, write_partition, write_text_atomically
from script_shared.tables import Tables
from script_shared.volume import Volume

_LOG = structlog.get_logger(__name__)
METRICS_FILE = "evaluation_metrics.csv"


def report(plan: Plan, volume: Volume, run: str) -> dict[str, Any]:
    """Write metrics, predictions and the report of a run; append to `evaluation_metrics.csv`.

    Raises:
        PartitionError: no cut-off of the run has been evaluated.
    """
    folders = sorted((volume.evaluation / "cutoffs" / run).glob("[0-9]*"))
    if not folders:
        where = str(volume.evaluation / "cutoffs" / run)
        raise PartitionError("no cut-off has been evaluated", where=where, remedy="run evaluate first")
    scores = pl.concat(pl.read_parquet(folder / "scores.parquet") for folder in folders)
    predictions = pl.concat(pl.read_parquet(each / "predictions.parquet") for each in folders)
    tables = Tables.read(find_partition(volume.refined, run))
    described = describe_lists(predictions, tables.items, tables.interactions)
    metrics = summarise(compare(scores), described)
    with write_partition(volume.evaluation / "runs", run) as folder:
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
        predictions.write_parquet(folder / "predictions.parquet")
    set_alias(volume.evaluation / "runs", "latest", run)
    _append(volume.evaluation / METRICS_FILE, run, metrics)
    _LOG.info("reported", run=run, rows=len(metrics))
    return {"rows": len(metrics)}


def read_metrics(volume: Volume, run: str) -> list[dict[str, Any]]:
    """Return a run's metric records, none when it has not been evaluated."""
    path = volume.evaluation / "runs" / run / "metrics.json"
    return list(json.loads(path.read_text())) if path.exists() else []


def _append(path: Path, run: str, metrics: list[dict[str, Any]]) -> None:
    """Add a run's rows to the file of all runs; a repeated run replaces its own."""
    new = pl.DataFrame([{"run": run, **record} for record in metrics])
    if path.exists():
        earlier = pl.read_csv(path, schema_overrides=new.schema).filter(pl.col("run") != run)
        new = pl.concat([earlier, new], how="diagonal")
    write_text_atomically(path, new.write_csv())
