"""Writes a benchmark's outcome as files, and lays it out as tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table

from pipelines.benchmarks.next_hour import Outcome
from pipelines.benchmarks.tables import table_of
from script_shared.evaluation.comparison import compare
from script_shared.evaluation.summary import summarise

#: Parameters were chosen below this hour; what lies above was not looked at.
TUNED_BELOW = 200


def write_results(outcome: Outcome, out: Path) -> list[Table]:
    """Write predictions, scores, metrics and gains (CSV and JSON) into `out`; return a table a segment.

    Args:
        outcome: of the protocol.
        out: made where missing; files of the same names are replaced.
    """
    tables: list[Table] = []
    records: list[dict[str, Any]] = []
    gains: list[dict[str, Any]] = []
    for hours, part in _parts(outcome):
        comparisons = compare(part.scores)
        found = summarise(comparisons, part.described)
        tables += [table_of(each, found, hours) for each in comparisons]
        records += [{"hours": hours} | record for record in found]
        gains += [{"hours": hours} | gain for each in comparisons for gain in each.gains()]
    out.mkdir(parents=True, exist_ok=True)
    outcome.predictions.write_parquet(out / "predictions.parquet", compression="zstd")
    outcome.scores.write_parquet(out / "scores.parquet", compression="zstd")
    write_records(records, out / "metrics")
    write_records(gains, out / "gains")
    return tables


def write_records(records: Sequence[Mapping[str, Any]], stem: Path) -> None:
    """Write records both as CSV and as JSON."""
    frame = pl.DataFrame(records, infer_schema_length=None)
    frame.write_csv(stem.with_suffix(".csv"))
    stem.with_suffix(".json").write_text(json.dumps(records, indent=1) + "\n")


def _parts(outcome: Outcome) -> Iterator[tuple[str, Outcome]]:
    """Give all cut-offs and then, apart, those that nothing was tuned on."""
    yield "all cut-offs", outcome
    untuned = outcome.scores["cutoff"] > TUNED_BELOW
    if untuned.any() and not untuned.all():
        frames = (outcome.scores, outcome.predictions, outcome.described)
        yield f"above {TUNED_BELOW} h", Outcome(*(x.filter(pl.col("cutoff") > TUNED_BELOW) for x in frames))
