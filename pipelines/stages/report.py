"""Combines the scores of a run's cut-offs into metrics, predictions, a gate decision and an HTML report."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import structlog

from pipelines.plans.audit import AuditedRun, audit_selections
from pipelines.plans.plan import Plan
from pipelines.reporting.findings import REPORT_COLUMNS, Evaluation, gather_findings
from pipelines.reporting.history import append_metrics
from pipelines.reporting.page import render_page
from pipelines.stages.artifacts import load_refine_report
from pipelines.stages.champion_refit import ChampionRecord
from pipelines.stages.evaluate import ScoresAndPredictions, concat_results
from pipelines.stages.evaluate_classifier import read_classifier_measures
from pipelines.stages.gating import judge_run
from script_shared.errors import PartitionError
from script_shared.evaluation.beyond_accuracy import describe_lists
from script_shared.evaluation.comparison import CHAMPION_REFITTED, compare
from script_shared.evaluation.summary import summarise
from script_shared.releases.factory import open_registry
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

_LOG = structlog.get_logger(__name__)
PAGE_FILE, AUDIT_FILE = "index.html", "audit.json"


def report(plan: Plan, volume: Volume, run: str) -> dict[str, Any]:
    """Write metrics, predictions, gate decision and report of a run; append to `evaluation_metrics.csv`.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.

    Returns:
        The number of metric records, and the reason of the gate decision.

    Raises:
        PartitionError: no cut-off of the run has been evaluated.
        NotEnoughDataError: no user has a new interaction in any of the periods.
    """
    (scores, predictions), champions = _read_evaluations(volume, run)
    comparisons = sorted(compare(scores), key=lambda part: plan.segment_names.index(part.segment))
    classifiers = read_classifier_measures(volume, run)
    decision = judge_run(comparisons, champions, plan.domain.gates, classifiers)
    tables = Tables.read(find_partition(volume.refined, run), REPORT_COLUMNS)
    metrics = summarise(comparisons, describe_lists(predictions, tables.items, tables.interactions))
    refine_report = load_refine_report(volume, run)
    audit = _audit(plan, AuditedRun(volume, run, predictions))
    evaluation = Evaluation(predictions, comparisons, metrics, plan.domain.period_ms, classifiers, audit)
    findings = gather_findings(volume, run, refine_report, evaluation)
    as_of = _format_time(refine_report["as_of_ms"])
    hours = [_format_time(ms) for ms in sorted(scores["cutoff"].unique())]
    champion = open_registry(volume).find()
    facts = {"run": run, "as_of": as_of, "champion": champion, "hours": hours, "verdict": decision.verdict}
    with write_partition(volume.evaluation / "runs", run) as folder:
        (folder / "metrics.json").write_text(json.dumps(metrics, indent=1))
        if audit is not None:
            (folder / AUDIT_FILE).write_text(json.dumps(audit, indent=1))
        predictions.write_parquet(folder / "predictions.parquet")
        decision.write(folder)
    set_alias(volume.evaluation / "runs", "latest", run)
    _write_page(volume, run, render_page(findings, facts))
    append_metrics(volume.evaluation, run, as_of, metrics)
    _LOG.info("reported", run=run, rows=len(metrics), promoted=decision.verdict.promoted)
    return {"rows": len(metrics), "reason": decision.verdict.reason}


def _read_evaluations(volume: Volume, run: str) -> tuple[ScoresAndPredictions, set[ChampionRecord]]:
    """Return the results of all cut-offs, and the champions with which they compared the run."""
    cutoffs = volume.evaluation / "cutoffs" / run
    folders = sorted(cutoffs.glob("[0-9]*-*"))
    if not folders:
        raise PartitionError("no cut-off has been evaluated", where=str(cutoffs), remedy="run evaluate first")
    champions = set(map(ChampionRecord.read, folders))
    # Scores of different champions cannot be compared.
    keep_champion = len(champions) == 1
    parts = (_read_results(folder, keep_champion) for folder in folders)
    return concat_results(parts, where=str(cutoffs)), champions


def _read_results(folder: Path, keep_champion: bool) -> ScoresAndPredictions:
    """Return the results of one segment at one cut-off, with or without the refitted champion."""
    frames = (pl.read_parquet(folder / f"{name}.parquet") for name in ("scores", "predictions"))
    kept = pl.lit(keep_champion) | (pl.col("model") != CHAMPION_REFITTED)
    scores, predictions = (frame.filter(kept) for frame in frames)
    return scores, predictions


def _format_time(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"


def _audit(plan: Plan, audited: AuditedRun) -> dict[str, Any] | None:
    return audit_selections(*plan.audit(audited)) if plan.audit else None


def _write_page(volume: Volume, run: str, page: str) -> None:
    with write_partition(volume.evaluation / "reports", run) as folder:
        (folder / PAGE_FILE).write_text(page, encoding="utf-8")
    set_alias(volume.evaluation / "reports", "latest", run)


def read_metrics(volume: Volume, run: str) -> list[dict[str, Any]]:
    """Return the metric records of a run; empty if it has not been evaluated."""
    path = volume.evaluation / "runs" / run / "metrics.json"
    return list(json.loads(path.read_text())) if path.exists() else []


def read_audit(volume: Volume, run: str) -> dict[str, Any] | None:
    """Return the audit of a run; None if it has none."""
    path = volume.evaluation / "runs" / run / AUDIT_FILE
    document: dict[str, Any] | None = json.loads(path.read_text()) if path.exists() else None
    return document
