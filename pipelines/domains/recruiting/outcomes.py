"""Joins what events report of one application: it is one row, with its first time and its last outcome."""

from __future__ import annotations

import polars as pl

_KEY = ("user_id", "item_id")


def merge_outcomes(interactions: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each application and direction.

    Args:
        interactions: the source's files have one row for each application, the service's events one for each
            thing that happened to it.

    Returns:
        The time of the first row of each pair, and the outcome that was updated last; a status without an
        update is older than any other.
    """
    if not interactions.select(_KEY).is_duplicated().any():
        return interactions
    others = [name for name in interactions.columns if name not in (*_KEY, "timestamp")]
    ordered = interactions.sort("updated_at", "timestamp", nulls_last=False, maintain_order=True)
    last = [pl.col(name).drop_nulls().last() for name in others]
    grouped = ordered.group_by(_KEY, maintain_order=True).agg(pl.col("timestamp").min(), *last)
    return grouped.select(interactions.columns)
