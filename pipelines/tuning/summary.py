"""What a search found, as files and as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.table import Table

from pipelines.benchmarks.results import write_records
from pipelines.tuning.scoring import METRIC
from pipelines.tuning.search import Search, Tried, best_of
from script_shared.evaluation.comparison import Comparison, compare

ALL = "all"


def compared(scores: pl.DataFrame, best: str, default: str, hours: str) -> list[dict[str, Any]]:
    """Compare two configurations in each segment, and in all of them together.

    Args:
        scores: of both: segment, model, cutoff, query_id and the metrics.
        best: name of a model.
        default: name of the other.
        hours: says which cut-offs these are.

    Returns:
        hours, segment, readers, default, best, and gain with low and high, the ends of its 95 % interval.
    """
    cells = pl.struct("segment", "cutoff").rank("dense").cast(pl.Int64)
    whole = scores.with_columns(cutoff=cells, segment=pl.lit(ALL))
    several = scores["segment"].n_unique() > 1
    parts = [*compare(scores), *(compare(whole) if several else [])]
    return [{"hours": hours} | _compared(part, best, default) for part in parts]


def _compared(part: Comparison, best: str, default: str) -> dict[str, Any]:
    gain, low, high = part.difference(best, default, METRIC)
    own = {each["model"]: each[METRIC] for each in part.records()}
    scored = {"default": own[default], "best": own[best]}
    return {
        "segment": part.segment,
        "users": part.users,
        **scored,
        "gain": gain,
        "low": low,
        "high": high,
    }


def write_summary(search: Search, out: Path, differences: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Write `trials` and `gains` (CSV and JSON), and `summary.json`; return the summary.

    Args:
        search: with at least the default tried.
        out: the folder.
        differences: what `compared` gave.
    """
    tried = search.tried()
    best = best_of(tried)
    write_records([_row(each) for each in tried], out / "trials")
    if differences:
        write_records(differences, out / "gains")
    summary = {
        "configurations": len(tried),
        "given_up": sum(not each.complete for each in tried),
        "default": tried[0].ndcg,
        "best": {"number": best.number, "ndcg": best.ndcg, "changes": changes(tried[0], best)},
        "gains": list(differences),
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    return summary


def _row(tried: Tried) -> dict[str, Any]:
    values = {place: json.dumps(v) if isinstance(v, list) else v for place, v in tried.values.items()}
    found = {METRIC: tried.ndcg, "cutoffs": tried.cutoffs, "complete": tried.complete}
    return {"number": tried.number, **found, **values}


def changes(default: Tried, best: Tried) -> dict[str, list[Any]]:
    """Return the default's and the best's value of each parameter in which they differ."""
    pairs = {place: [value, best.values[place]] for place, value in default.values.items()}
    return {place: pair for place, pair in pairs.items() if pair[0] != pair[1]}


def tables_of(summary: Mapping[str, Any]) -> list[Table]:
    """Lay a summary out: what the best sets otherwise, and what that adds."""
    best, count = summary["best"], summary["configurations"]
    title = f"best of {count} configurations ({summary['given_up']} given up): number {best['number']}"
    set_to = Table("parameter", "default", "best", title=title, title_justify="left")
    for place, (before, after) in best["changes"].items():
        set_to.add_row(place, _shown(before), _shown(after))
    added = Table("hours", "segment", "users", "default", "best", "gain [95 %]", title="ndcg@10")
    for row in summary["gains"]:
        gain = f"{row['gain']:+.4f} \\[{row['low']:+.4f} {row['high']:+.4f}]"
        scored = (f"{row['default']:.4f}", f"{row['best']:.4f}", gain)
        added.add_row(row["hours"], row["segment"], f"{row['users']:,}", *scored)
    return [set_to, added]


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else json.dumps(value)
