"""Formats the result of protocol P1 as tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.comparison import SERVED, Comparison
from script_shared.evaluation.ranking import METRICS

_HEADINGS = {
    "recall": "recall@10",
    "ndcg": "ndcg@10",
    "hit_rate": "hit rate",
    "mrr": "mrr@10",
    "coverage": "cover",
    "novelty": "novel",
    "diversity": "diverse",
    "top_share": "top 1%",
    "median_age": "age h",
    "new_share": "new",
}


def build_table(comparison: Comparison, records: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Return the table of a segment: the service, the baselines, and the gains of the service.

    A `*` marks the best baseline of each metric; brackets contain 95 % intervals.

    Args:
        comparison: the comparison of models in the segment.
        records: the result of `summarise`, for all segments.
        title: the cut-offs, for display.
    """
    users = f"{comparison.users:,} users, {comparison.cutoffs} cut-offs"
    table = Table(title=f"{comparison.segment} · {title} · {users}", title_justify="left")
    table.add_column("model", no_wrap=True)
    for name in (*METRICS, *LIST_METRICS):
        table.add_column(_HEADINGS[name], justify="right", no_wrap=True)
    rows = [record for record in records if record["segment"] == comparison.segment]
    for record in sorted(rows, key=lambda record: record["model"] != SERVED):
        table.add_row(record["model"], *_format_cells(comparison, record))
    table.add_section()
    table.add_row(f"{SERVED} − best *", *(_format_gain(gain) for gain in comparison.gains()))
    return table


def _format_cells(comparison: Comparison, record: Mapping[str, Any]) -> list[str]:
    best = {metric: comparison.models[comparison.best_baseline(metric)] for metric in METRICS}
    marks = {metric: "*" if best[metric] == record["model"] else " " for metric in METRICS}
    intervals = {m: f"\\[{record[f'{m}_low']:.3f} {record[f'{m}_high']:.3f}]" for m in METRICS}
    metrics = [f"{record[metric]:.3f}{marks[metric]}{intervals[metric]}" for metric in METRICS]
    return [*metrics, *("–" if record[name] is None else f"{record[name]:.3f}" for name in LIST_METRICS)]


def _format_gain(gain: Mapping[str, Any]) -> str:
    return f"{gain['gain']:+.3f} \\[{gain['low']:+.3f} {gain['high']:+.3f}]"
