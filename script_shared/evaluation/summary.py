"""One record a segment and model: how good its lists are, and what they look like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl

from script_shared.evaluation.beyond_accuracy import BEYOND
from script_shared.evaluation.comparison import Comparison


def summarise(comparisons: Iterable[Comparison], described: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the records, all figures being means over cut-offs; null for lists that were all empty.

    Args:
        comparisons: of the segments.
        described: what `describe_lists` gave.
    """
    means = described.group_by("segment", "model", maintain_order=True).agg(pl.col(BEYOND).mean())
    lists = {(row["segment"], row["model"]): {x: row[x] for x in BEYOND} for row in means.to_dicts()}
    records = [record for each in comparisons for record in each.records()]
    nothing = dict.fromkeys(BEYOND)
    return [record | lists.get((record["segment"], record["model"]), nothing) for record in records]
