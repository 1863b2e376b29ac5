"""Writes the result of protocol P4 as files and formats it as a table."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from pipelines.benchmarks.webmedia import WebmediaResult


def write_webmedia(result: WebmediaResult, out: Path) -> Table:
    """Write predictions, scores and metrics (CSV and JSON) into `out`; return a table.

    Args:
        result: the result of the protocol.
        out: the target folder; existing files are replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    result.predictions.write_parquet(out / "predictions.parquet", compression="zstd")
    result.scores.write_parquet(out / "scores.parquet", compression="zstd")
    summary = result.summary()
    summary.write_csv(out / "metrics.csv")
    (out / "metrics.json").write_text(json.dumps(summary.to_dicts(), indent=1) + "\n")
    table = Table("segment", "model", "users", "graded NDCG@10", title="WebMedia", title_justify="left")
    for row in summary.to_dicts():
        interval = f"\\[{row['graded_ndcg_low']:.3f} {row['graded_ndcg_high']:.3f}]"
        table.add_row(row["segment"], row["model"], str(row["users"]), f"{row['graded_ndcg']:.3f} {interval}")
    return table
