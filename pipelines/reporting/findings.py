"""What a report shows, gathered from a run's partitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.stages.artifacts import load_report
from script_shared.arrays import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.evaluation.comparison import SERVED, Comparison
from script_shared.evaluation.ranking import K
from script_shared.evaluation.targets import find_targets, recall_by_length
from script_shared.storage.partitions import find_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

#: Shares of the items that are younger, drawn as a box with whiskers.
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
#: Columns of the refined tables that a report looks at; texts are large.
READ = {"interactions": ["user_id", "item_id", "timestamp"], "items": ["item_id", "category", "published_at"]}


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a report shows.

    Attributes:
        comparisons: a segment's models each, with draws for intervals.
        records: a record a segment and model.
        curves: segment, model, length, recall.
        ages: segment, kind (recommended or read), age: hours at `QUANTILES`.
        sizes: readers in the data by segment.
        refining: counts of the refine report by name.
        weights: by segment, what the fitted model weighs its features with; none for other models.
        warnings: what is probably wrong with the data, in sentences.
    """

    comparisons: Sequence[Comparison]
    records: Sequence[Mapping[str, Any]]
    curves: pl.DataFrame
    ages: pl.DataFrame
    sizes: Mapping[str, int]
    refining: Mapping[str, Any]
    weights: Mapping[str, Mapping[str, float]]
    warnings: Sequence[str] = ()


def gather(
    volume: Volume,
    run: str,
    predictions: pl.DataFrame,
    comparisons: Sequence[Comparison],
    records: Sequence[Mapping[str, Any]],
) -> Findings:
    """Gather what the report of a run shows.

    Args:
        volume: where the run lies.
        run: its name.
        predictions: of all cut-offs.
        comparisons: of the segments.
        records: what `summarise` gave.
    """
    tables = Tables.read(find_partition(volume.refined, run), READ)
    targets = find_targets(predictions.select("segment", "cutoff", "query_id").unique(), tables.interactions)
    refining = dict(load_report(volume, run))
    warnings = refining.pop("warnings", [])
    users = pl.read_parquet(find_partition(volume.segments, run) / "readers.parquet")
    return Findings(
        comparisons,
        records,
        recall_by_length(predictions, targets, K),
        _ages(predictions.filter(model=SERVED), targets, tables.items),
        dict(users.group_by("segment").len().sort("len", descending=True).iter_rows()),
        dict(_flat(refining)),
        {each.segment: _weights(volume.artifacts / run / each.segment / "model") for each in comparisons},
        warnings,
    )


def _ages(recommended: pl.DataFrame, read: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    both = {"recommended": recommended, "read": read}
    kinds = [frame.select("segment", "cutoff", "item_id", kind=pl.lit(kind)) for kind, frame in both.items()]
    dated = pl.concat(kinds).join(items.select("item_id", "published_at"), on="item_id")
    age = (pl.col("cutoff") - pl.col("published_at").dt.epoch("ms")) / MS_PER_HOUR
    quantiles = pl.concat_list(age.quantile(q, "linear") for q in QUANTILES)
    known = dated.drop_nulls("published_at")
    return known.group_by("segment", "kind", maintain_order=True).agg(age=quantiles)


def _flat(report: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in report.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name} · ")
        else:
            yield f"{prefix}{name}", value


def _weights(folder: Path) -> Mapping[str, float]:
    if not folder.is_dir():
        return {}
    weights: Mapping[str, float] = Bundle.read(folder).document.get("weights", {})
    return dict(sorted(weights.items(), key=lambda pair: -abs(pair[1])))
