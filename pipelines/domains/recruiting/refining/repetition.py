"""Finds the row of each key that counts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_ORDER, _POSITION = "(order)", "(position)"


def is_superseded(rows: pl.DataFrame, key: Sequence[str], order: pl.Expr) -> pl.Expr:
    """Return whether another row of the same key is later in an order; of equal ones the last row counts.

    Args:
        rows: the rows for which the expression is meant, and no others.
        key: the columns that identify what a row is about.
        order: the value that is highest in the row that counts; null is lowest.
    """
    indexed = rows.select(*key, order.alias(_ORDER)).with_row_index(_POSITION)
    last = indexed.sort(_ORDER, maintain_order=True).unique(key, keep="last")
    return pl.lit(~indexed[_POSITION].is_in(last[_POSITION].implode()))
