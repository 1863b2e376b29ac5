"""Brings the scores of a run's cut-offs together: metrics, predictions and a page to read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from pipelines.plan import Plan
from pipelines.reporting.findings import READ, gather
from pipelines.reporting.history import append_metrics
from pipelines.reporting.page import render
from pipelines.stages.artifacts import load_report
from pipelines.stages.champion_refit import Met
from pipelines.stages.evaluate import Scored, together
from pipelines.stages.gating import GateDecision, judge_run
from script_shared.errors import PartitionError
from script_shared.evaluation.beyond_accuracy import describe_lists
from script_shared.evaluation.comparison import CHAMPION_REFITTED, compare
from script_shared.evaluation.summary import summarise
from script_shared.releases.registry import Registry
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

_LOG = structlog.get_logger(__name__)
PAGE = "index.html"


def report(plan: Plan, volume: Volume, run: str) -> dict[str, Any]:
    """Write metrics, predictions, verdict and the report of a run; append to `evaluation_metrics.csv`.

    Raises:
        PartitionError: no cut-off of the run has been evaluated.
        NotEnoughDataError: nobody read anything new in any of the hours.
    """
    (scores, predictions), met = _scored(volume, run)
    order = [each.name for each in plan.domain.segments({})]
    comparisons = sorted(compare(scores), key=lambda each: order.index(each.segment))
    judgement = judge_run(comparisons, met, plan.domain.gates)
    tables = Tables.read(find_partition(volume.refined, run), READ)
    metrics = summarise(comparisons, describe_lists(predictions, tables.items, tables.interactions))
    findings = gather(volume, run, predictions, comparisons, metrics)
    as_of = _moment(load_report(volume, run)["as_of_ms"])
    hours = [_moment(ms) for ms in sorted(scores["cutoff"].unique())]
    champion = Registry(volume.releases).find()
    facts = {"run": run, "as_of": as_of, "champion": champion, "hours": hours, "verdict": judgement.verdict}
    _write(volume, run, metrics, predictions, judgement)
    _write_page(volume, run, render(findings, facts))
    append_metrics(volume.evaluation, run, as_of, metrics)
    _LOG.info("reported", run=run, rows=len(metrics), promoted=judgement.verdict.promoted)
    return {"rows": len(metrics), "why": judgement.verdict.reason}


def _scored(volume: Volume, run: str) -> tuple[Scored, set[Met]]:
    """Return the scores of all cut-offs, and whom they met."""
    place = volume.evaluation / "cutoffs" / run
    folders = sorted(place.glob("[0-9]*-*"))
    if not folders:
        raise PartitionError("no cut-off has been evaluated", where=str(place), remedy="run evaluate first")
    met = set(map(Met.read, folders))
    return together((_read(each, len(met) == 1) for each in folders), where=str(place)), met


def _read(folder: Path, whole: bool) -> Scored:
    """Return a cut-off's scores; champions that changed in between are left out, they cannot be compared."""
    frames = (pl.read_parquet(folder / f"{name}.parquet") for name in ("scores", "predictions"))
    kept = pl.lit(whole) | (pl.col("model") != CHAMPION_REFITTED)
    scores, predictions = (frame.filter(kept) for frame in frames)
    return scores, predictions


def _moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"


def _write(
    volume: Volume,
    run: str,
    metrics: list[dict[str, Any]],
    predictions: pl.DataFrame,
    judgement: GateDecision,
) -> None:
    with write_partition(volume.evaluation / "runs", run) as folder:
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
        predictions.write_parquet(folder / "predictions.parquet")
        judgement.write(folder)
    set_alias(volume.evaluation / "runs", "latest", run)


def _write_page(volume: Volume, run: str, page: str) -> None:
    with write_partition(volume.evaluation / "reports", run) as folder:
        (folder / PAGE).write_text(page, encoding="utf-8")
    set_alias(volume.evaluation / "reports", "latest", run)


def read_metrics(volume: Volume, run: str) -> list[dict[str, Any]]:
    """Return a run's metric records, none when it has not been evaluated."""
    path = volume.evaluation / "runs" / run / "metrics.json"
    return list(json.loads(path.read_text())) if path.exists() else []
