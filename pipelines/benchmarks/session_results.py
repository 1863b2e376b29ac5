"""Writes the results of protocols P2 and P3 as files and formats them as tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from rich.table import Table

from pipelines.benchmarks.results import TUNED_BELOW, write_frames, write_records
from script_shared.evaluation.comparison import SERVED
from script_shared.evaluation.sessions import METRICS, K, score_lists, session_targets, summarise_sessions


def write_sessions(predictions: pl.DataFrame, sessions: pl.DataFrame, out: Path) -> list[Table]:
    """Write predictions, scores and metrics into `out`; return a table for each protocol.

    Args:
        predictions: protocol, model, segment, cutoff (the window), query_id, rank, item_id.
        sessions: the sessions for which items were ranked.
        out: the target folder; existing files are replaced.
    """
    scores = score_lists(predictions, session_targets(sessions))
    write_frames(predictions, scores, out)
    parts = split_windows(scores)
    summaries = [summarise_sessions(part).with_columns(windows_of=pl.lit(title)) for title, part in parts]
    write_records(pl.concat(summaries).to_dicts(), out / "metrics")
    return [_build_table(summary) for summary in summaries]


def split_windows(scores: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield the scores of each protocol, then those of its windows that were not used for tuning."""
    for part in scores.sort("protocol").partition_by("protocol", maintain_order=True):
        yield "all windows", part
        untuned = part.filter(pl.col("cutoff") > TUNED_BELOW)
        if 0 < len(untuned) < len(part):
            yield f"windows above {TUNED_BELOW}", untuned


def _build_table(summary: pl.DataFrame) -> Table:
    first = summary.row(0, named=True)
    count = f"{first['sessions']:,} sessions, {first['windows']} windows"
    table = Table(title=f"{first['protocol']} · {first['windows_of']} · {count}", title_justify="left")
    table.add_column("model", no_wrap=True)
    for metric in METRICS:
        table.add_column(f"{metric}@{K}", justify="right", no_wrap=True)
    for row in summary.sort(pl.col("model") != SERVED).to_dicts():
        cells = (f"{row[m]:.3f} \\[{row[f'{m}_low']:.3f} {row[f'{m}_high']:.3f}]" for m in METRICS)
        table.add_row(row["model"], *cells)
    return table
