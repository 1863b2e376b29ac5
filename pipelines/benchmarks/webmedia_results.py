"""Writes what the WebMedia protocol found, and lays it out."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from pipelines.benchmarks.webmedia import Outcome


def write_webmedia(outcome: Outcome, out: Path) -> Table:
    """Write predictions, scores and metrics (CSV and JSON) into `out`; return a table.

    Args:
        outcome: of the protocol.
        out: made where missing; files of the same names are replaced.
    """
    out.mkdir(parents=True, exist_ok=True)
    outcome.predictions.write_parquet(out / "predictions.parquet", compression="zstd")
    outcome.scores.write_parquet(out / "scores.parquet", compression="zstd")
    summary = outcome.summary()
    summary.write_csv(out / "metrics.csv")
    (out / "metrics.json").write_text(json.dumps(summary.to_dicts(), indent=1) + "\n")
    table = Table("segment", "model", "users", "graded NDCG@10", title="WebMedia", title_justify="left")
    for row in summary.to_dicts():
        ends = f"\\[{row['graded_ndcg_low']:.3f} {row['graded_ndcg_high']:.3f}]"
        table.add_row(row["segment"], row["model"], str(row["users"]), f"{row['graded_ndcg']:.3f} {ends}")
    return table
