"""The summary of an evaluation: one record a segment and model, with all metrics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from script_shared.evaluation.beyond_accuracy import LIST_METRICS
from script_shared.evaluation.comparison import Comparison


def summarise(comparisons: Iterable[Comparison], described: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the records; all metrics are means over cut-offs, null where all lists are empty.

    Args:
        comparisons: one a segment.
        described: the result of `describe_lists`.
    """
    means = described.group_by("segment", "model", maintain_order=True).agg(pl.col(LIST_METRICS).mean())
    by_model = {
        (row["segment"], row["model"]): {metric: row[metric] for metric in LIST_METRICS}
        for row in means.to_dicts()
    }
    nulls = dict.fromkeys(LIST_METRICS)
    return [
        record | by_model.get((record["segment"], record["model"]), nulls)
        for comparison in comparisons
        for record in comparison.records()
    ]
