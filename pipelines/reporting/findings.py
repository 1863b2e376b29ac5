"""Gathers the content of a report from a run's partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.evaluation.comparison import SERVED, Comparison
from script_shared.evaluation.ranking import K
from script_shared.evaluation.targets import find_targets, recall_by_length
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

#: The quantiles of item ages, drawn as a box with whiskers.
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: The columns of the refined tables that a report needs; texts are large.
REPORT_COLUMNS = {
    "interactions": ["user_id", "item_id", "timestamp"],
    "items": ["item_id", "category", "published_at"],
}


@dataclass(frozen=True, slots=True)
class Findings:
    """The content of a report.

    Attributes:
        comparisons: the comparison of models in each segment, with bootstrap draws.
        records: a metric record for each segment and model.
        curves: segment, model, length, recall.
        ages: segment, kind (recommended or clicked), age: hours at `QUANTILES`.
        sizes: the number of users by segment.
        refining: the entries of the refine report by name.
        weights: the feature weights of the fitted model by segment; empty for other models.
        warnings: probable faults of the data, one sentence each.
        classifiers: the measures of each classifier.
        audit: the audit of adverse impact, see `audit_selections`; None for a domain without one.
    """

    comparisons: Sequence[Comparison]
    records: Sequence[Mapping[str, Any]]
    curves: pl.DataFrame
    ages: pl.DataFrame
    sizes: Mapping[str, int]
    refining: Mapping[str, Any]
    weights: Mapping[str, Mapping[str, float]]
    warnings: Sequence[str] = ()
    classifiers: Sequence[Mapping[str, Any]] = ()
    audit: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The results of a run's cut-offs.

    Attributes:
        predictions: the predictions of all cut-offs.
        comparisons: the comparison of models in each segment.
        records: the result of `summarise`.
        period_ms: length of an evaluated period, ms.
        classifiers: the measures of each classifier.
        audit: the audit of adverse impact, see `audit_selections`; None for a domain without one.
    """

    predictions: pl.DataFrame
    comparisons: Sequence[Comparison]
    records: Sequence[Mapping[str, Any]]
    period_ms: int
    classifiers: Sequence[Mapping[str, Any]] = ()
    audit: Mapping[str, Any] | None = None


def gather_findings(
    volume: Volume, run: str, refine_report: Mapping[str, Any], evaluation: Evaluation
) -> Findings:
    """Gather the content of a run's report.

    Args:
        volume: where the run is stored.
        run: id of the run.
        refine_report: the report of the refine stage.
        evaluation: the results of the run's cut-offs.
    """
    predictions, comparisons = evaluation.predictions, evaluation.comparisons
    tables = Tables.read(find_partition(volume.refined, run), REPORT_COLUMNS)
    queries = predictions.select("segment", "cutoff", "query_id").unique()
    targets = find_targets(queries, tables.interactions, evaluation.period_ms)
    refining = dict(refine_report)
    warnings = refining.pop("warnings", [])
    users = pl.read_parquet(find_partition(volume.segments, run) / "users.parquet")
    models = {part.segment: volume.artifacts / run / part.segment / "model" for part in comparisons}
    return Findings(
        comparisons,
        evaluation.records,
        recall_by_length(predictions, targets, K),
        _compute_ages(predictions.filter(model=SERVED), targets, tables.items),
        dict(users.group_by("segment").len().sort("len", descending=True).iter_rows()),
        dict(_flatten(refining)),
        {segment: _read_weights(folder) for segment, folder in models.items()},
        warnings,
        evaluation.classifiers,
        evaluation.audit,
    )


def _compute_ages(recommended: pl.DataFrame, clicked: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    frames = {"recommended": recommended, "clicked": clicked}
    labelled = (frame.with_columns(kind=pl.lit(kind)) for kind, frame in frames.items())
    columns = ("segment", "cutoff", "item_id", "kind")
    dated = pl.concat(frame.select(columns) for frame in labelled).join(
        items.select("item_id", "published_at"), on="item_id"
    )
    age = (pl.col("cutoff") - pl.col("published_at").dt.epoch("ms")) / MS_PER_HOUR
    quantiles = pl.concat_list(age.quantile(q, "linear") for q in QUANTILES)
    known = dated.drop_nulls("published_at")
    return known.group_by("segment", "kind", maintain_order=True).agg(age=quantiles)


def _flatten(report: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in report.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name} · ")
        else:
            yield f"{prefix}{name}", value


def _read_weights(folder: Path) -> Mapping[str, float]:
    if not folder.is_dir():
        return {}
    weights: Mapping[str, float] = Bundle.read(folder).document.get("weights", {})
    return dict(sorted(weights.items(), key=lambda pair: -abs(pair[1])))
