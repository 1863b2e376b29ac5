"""Writes the result of protocol P1 as files and formats it as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table

from pipelines.benchmarks.next_hour import NextHourResult
from pipelines.benchmarks.tables import build_table
from script_shared.evaluation.comparison import compare
from script_shared.evaluation.summary import summarise

#: Parameters were tuned on hours below this one; later hours are reserved for reports.
TUNED_BELOW = 200


def write_results(result: NextHourResult, out: Path) -> list[Table]:
    """Write predictions, scores, metrics and gains (CSV and JSON); return a table for each segment.

    Args:
        result: the result of the protocol.
        out: the target folder; existing files are replaced.
    """
    tables: list[Table] = []
    records: list[dict[str, Any]] = []
    gains: list[dict[str, Any]] = []
    for hours, part in _split(result):
        comparisons = compare(part.scores)
        part_records = summarise(comparisons, part.list_statistics)
        tables += [build_table(comparison, part_records, hours) for comparison in comparisons]
        records += [{"hours": hours} | record for record in part_records]
        gains += [{"hours": hours} | gain for comparison in comparisons for gain in comparison.gains()]
    write_frames(result.predictions, result.scores, out)
    write_records(records, out / "metrics")
    write_records(gains, out / "gains")
    return tables


def write_frames(predictions: pl.DataFrame, scores: pl.DataFrame, out: Path) -> None:
    """Write the predictions and scores of a benchmark into a folder, which is created."""
    out.mkdir(parents=True, exist_ok=True)
    predictions.write_parquet(out / "predictions.parquet", compression="zstd")
    scores.write_parquet(out / "scores.parquet", compression="zstd")


def write_records(records: Sequence[Mapping[str, Any]], stem: Path) -> None:
    """Write records as CSV and as JSON."""
    frame = pl.DataFrame(records, infer_schema_length=None)
    frame.write_csv(stem.with_suffix(".csv"))
    stem.with_suffix(".json").write_text(json.dumps(records, indent=1) + "\n")


def _split(result: NextHourResult) -> Iterator[tuple[str, NextHourResult]]:
    """Yield the result of all cut-offs, then of those that were not used for tuning."""
    yield "all cut-offs", result
    untuned = result.scores["cutoff"] > TUNED_BELOW
    if untuned.any() and not untuned.all():
        frames = (result.scores, result.predictions, result.list_statistics)
        parts = (frame.filter(pl.col("cutoff") > TUNED_BELOW) for frame in frames)
        yield f"above {TUNED_BELOW} h", NextHourResult(*parts)
