"""Writes the result of protocol P4 as files and formats it as a table."""

from __future__ import annotations

from pathlib import Path

from rich.table import Table

from pipelines.benchmarks.results import write_frames, write_records
from pipelines.benchmarks.webmedia import WebmediaResult


def write_webmedia(result: WebmediaResult, out: Path) -> Table:
    """Write predictions, scores and metrics (CSV and JSON) into `out`; return a table.

    Args:
        result: the result of the protocol.
        out: the target folder; existing files are replaced.
    """
    write_frames(result.predictions, result.scores, out)
    rows = result.summary().to_dicts()
    write_records(rows, out / "metrics")
    table = Table("segment", "model", "users", "graded NDCG@10", title="WebMedia", title_justify="left")
    for row in rows:
        interval = f"\\[{row['graded_ndcg_low']:.3f} {row['graded_ndcg_high']:.3f}]"
        table.add_row(row["segment"], row["model"], str(row["users"]), f"{row['graded_ndcg']:.3f} {interval}")
    return table
