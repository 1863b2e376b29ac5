"""Assembles the refined tables of news from valid reads and items."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from script_shared.anonymous import is_anonymous
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.tables import Tables


def assemble_tables(reads: pl.DataFrame, items: pl.DataFrame, types: pl.DataFrame | None = None) -> Tables:
    """Build tables that conform to the schemas.

    Args:
        reads: valid reads; columns that the schema does not have are dropped.
        items: valid items, one row each; items that occur only in reads are added.
        types: `user_id` and `user_type`, one row per reader; None if the source has no login state. Other
            columns are computed anew.
    """
    columns = [column for column in INTERACTIONS.dtypes.names() if column in reads.columns]
    ordered = reads.select(columns).sort("timestamp", maintain_order=True)
    interactions = ordered.cast({"user_id": pl.String, "item_id": pl.String})
    return Tables(
        interactions=INTERACTIONS.conform(interactions),
        items=ITEMS.conform(_add_missing_items(items, interactions)),
        users=USERS.conform(_aggregate_users(interactions, types)),
    )


def _add_missing_items(items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    missing = interactions.select(pl.col("item_id").unique()).join(items, on="item_id", how="anti")
    return pl.concat([items, missing], how="diagonal").sort("item_id")


def _aggregate_users(interactions: pl.DataFrame, types: pl.DataFrame | None) -> pl.DataFrame:
    users = (
        interactions.filter(~is_anonymous(pl.col("user_id")))
        .group_by("user_id")
        .agg(
            pl.len().cast(pl.UInt32).alias("interactions"),
            pl.col("timestamp").min().alias("first_seen"),
            pl.col("timestamp").max().alias("last_seen"),
        )
        .sort("user_id")
    )
    if types is None:
        return users
    known = types.select("user_id", "user_type")
    return users.join(known, on="user_id", how="left", maintain_order="left")


def fill_published_at(tables: Tables) -> tuple[Tables, int]:
    """Fill missing publication times with the time of the first read; return the number of filled values."""
    first_reads = tables.interactions.group_by("item_id").agg(pl.col("timestamp").min().alias("first_read"))
    items = tables.items.join(first_reads, on="item_id", how="left", maintain_order="left")
    items = items.with_columns(published_at=pl.coalesce("published_at", "first_read"))
    filled = tables.items["published_at"].null_count() - items["published_at"].null_count()
    return replace(tables, items=items.drop("first_read")), filled
