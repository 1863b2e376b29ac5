"""Writes the results of a search as files and formats them as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table

from pipelines.benchmarks.results import write_records
from pipelines.tuning.scoring import METRIC
from pipelines.tuning.search import Search, TrialResult, find_best
from script_shared.evaluation.comparison import Comparison, compare

ALL_SEGMENTS = "all"


def compare_trials(scores: pl.DataFrame, best: str, default: str, hours: str) -> list[dict[str, Any]]:
    """Compare two trials in each segment, and in all segments together.

    Args:
        scores: the scores of both: segment, model, cutoff, query_id and the metrics.
        best: the model name of the best trial.
        default: the model name of the default trial.
        hours: the cut-offs, for display.

    Returns:
        hours, segment, users, default, best, and gain with low and high, its 95 % interval.
    """
    cells = pl.struct("segment", "cutoff").rank("dense").cast(pl.Int64)
    combined = scores.with_columns(cutoff=cells, segment=pl.lit(ALL_SEGMENTS))
    several = scores["segment"].n_unique() > 1
    parts = [*compare(scores), *(compare(combined) if several else [])]
    return [{"hours": hours} | _compare_segment(part, best, default) for part in parts]


def _compare_segment(part: Comparison, best: str, default: str) -> dict[str, Any]:
    gain, low, high = part.difference(best, default, METRIC)
    means = {record["model"]: record[METRIC] for record in part.records()}
    values = {"default": means[default], "best": means[best], "gain": gain, "low": low, "high": high}
    return {"segment": part.segment, "users": part.users, **values}


def write_summary(search: Search, out: Path, differences: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write `trials` and `gains` (CSV and JSON), and `summary.json`; return the summary.

    Args:
        search: a search with at least the default trial.
        out: the target folder.
        differences: the result of `compare_trials`.
    """
    results = search.results()
    best = find_best(results)
    write_records([_to_row(result) for result in results], out / "trials")
    if differences:
        write_records(differences, out / "gains")
    summary = {
        "configurations": len(results),
        "pruned": sum(not result.complete for result in results),
        "default": results[0].ndcg,
        "best": {"number": best.number, "ndcg": best.ndcg, "changes": find_changes(results[0], best)},
        "gains": list(differences),
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    return summary


def _to_row(result: TrialResult) -> dict[str, Any]:
    values = {path: json.dumps(v) if isinstance(v, list) else v for path, v in result.values.items()}
    scores = {METRIC: result.ndcg, "cutoffs": result.cutoffs, "complete": result.complete}
    return {"number": result.number, **scores, **values}


def find_changes(default: TrialResult, best: TrialResult) -> dict[str, list[Any]]:
    """Return the default and the best value of each parameter that differs, by path."""
    pairs = {path: [value, best.values[path]] for path, value in default.values.items()}
    return {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}


def build_tables(summary: Mapping[str, Any]) -> list[Table]:
    """Return a table of the changed parameters and a table of the gains."""
    best, count = summary["best"], summary["configurations"]
    title = f"best of {count} configurations ({summary['pruned']} pruned): number {best['number']}"
    changes = Table("parameter", "default", "best", title=title, title_justify="left")
    for path, (default, value) in best["changes"].items():
        changes.add_row(path, _format(default), _format(value))
    gains = Table("hours", "segment", "users", "default", "best", "gain [95 %]", title="ndcg@10")
    for row in summary["gains"]:
        gain = f"{row['gain']:+.4f} \\[{row['low']:+.4f} {row['high']:+.4f}]"
        cells = (f"{row['default']:.4f}", f"{row['best']:.4f}", gain)
        gains.add_row(row["hours"], row["segment"], f"{row['users']:,}", *cells)
    return [changes, gains]


def _format(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
