"""Put the refined tables of news together from sound reads and items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from pipelines.domains.news.validation.quarantine import RowFilter, unusable
from script_shared.anonymous import is_anonymous
from script_shared.domains.news.tables import INTERACTIONS, ITEMS, USERS
from script_shared.errors import InputError
from script_shared.tables import Tables


def assemble(reads: pl.DataFrame, items: pl.DataFrame, types: pl.DataFrame | None = None) -> Tables:
    """Order, complete and type the tables.

    Args:
        reads: sound reads; columns that the schema does not know are left out.
        items: sound items, one row each; those known from reads alone are added.
        types: `user_id`, `user_type`, one row a reader; None where the source has no login state.
    """
    known = [column for column in INTERACTIONS.dtypes.names() if column in reads.columns]
    ordered = reads.select(known).sort("timestamp", maintain_order=True)
    interactions = ordered.cast({"user_id": pl.String, "item_id": pl.String})
    return Tables(
        interactions=INTERACTIONS.conform(interactions),
        items=ITEMS.conform(_complete(items, interactions)),
        users=USERS.conform(_sum_up(interactions, types)),
    )


def _complete(items: pl.DataFrame, interactions: pl.DataFrame) -> pl.DataFrame:
    unknown = interactions.select(pl.col("item_id").unique()).join(items, on="item_id", how="anti")
    return pl.concat([items, unknown], how="diagonal").sort("item_id")


def _sum_up(interactions: pl.DataFrame, types: pl.DataFrame | None) -> pl.DataFrame:
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
    return users if types is None else users.join(types, on="user_id", how="left", maintain_order="left")


def date_by_first_read(tables: Tables) -> tuple[Tables, int]:
    """Take an item without a date as published when it was first read; return how many there were."""
    first = tables.interactions.group_by("item_id").agg(pl.col("timestamp").min().alias("first"))
    items = tables.items.join(first, on="item_id", how="left", maintain_order="left").with_columns(
        published_at=pl.coalesce("published_at", "first")
    )
    dated = tables.items["published_at"].null_count() - items["published_at"].null_count()
    return replace(tables, items=items.drop("first")), dated


def require_reads(reads: pl.DataFrame, sieves: Mapping[str, RowFilter]) -> None:
    """Refuse data of which no read is left.

    Raises:
        InputError: names the first rejected row, if there is one.
    """
    if reads.height:
        return
    rejected = gather(sieves)
    if rejected.height:
        raise unusable(rejected, "no read can be used")
    raise InputError("the files hold no read", where=", ".join(sieves), remedy="give files that hold reads")


def gather(sieves: Mapping[str, RowFilter]) -> pl.DataFrame:
    """Return the rejected rows of all kinds."""
    return pl.concat(sieve.quarantine for sieve in sieves.values())
