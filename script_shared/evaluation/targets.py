"""The targets of an evaluation: items that a user interacts with in the period after a cut-off."""

from __future__ import annotations

import polars as pl

from script_shared.clock import MS_PER_HOUR

_TIME_MS = pl.col("timestamp").dt.epoch("ms")


def find_targets(
    users: pl.DataFrame, interactions: pl.DataFrame, period_ms: int = MS_PER_HOUR
) -> pl.DataFrame:
    """Return the items of each user's period after the cut-off, without those of earlier interactions.

    Args:
        users: segment, cutoff (ms UTC), query_id; one row a user and cut-off.
        interactions: user_id, item_id, timestamp.
        period_ms: length of the period, ms.

    Returns:
        segment, cutoff, query_id, item_id.
    """
    parts = users.sort("cutoff").partition_by("cutoff", maintain_order=True)
    return pl.concat(_find_targets(part, interactions, period_ms) for part in parts)


def _find_targets(users: pl.DataFrame, interactions: pl.DataFrame, period_ms: int) -> pl.DataFrame:
    start = int(users["cutoff"][0])
    of_users = interactions.rename({"user_id": "query_id"}).join(users, on="query_id", how="semi")
    pair = ["query_id", "item_id"]
    earlier = of_users.filter(start > _TIME_MS).select(pair)
    is_in_period = _TIME_MS.is_between(start, start + period_ms, closed="left")
    period = of_users.filter(is_in_period).select(pair).unique()
    targets = period.join(earlier, on=pair, how="anti").join(users, on="query_id")
    return targets.select("segment", "cutoff", "query_id", "item_id")


def recall_by_length(predictions: pl.DataFrame, targets: pl.DataFrame, longest: int) -> pl.DataFrame:
    """Return the recall of the first 1, 2, … `longest` items, averaged over users, then over cut-offs.

    Args:
        predictions: segment, model, cutoff, query_id, rank, item_id.
        targets: the result of `find_targets`.
        longest: maximum length.

    Returns:
        segment, model, length, recall.
    """
    user = ["segment", "cutoff", "query_id"]
    share = targets.with_columns(share=1 / pl.len().over(user))
    hits = predictions.join(share, on=[*user, "item_id"], maintain_order="left")
    users = targets.group_by("segment", "cutoff").agg(users=pl.col("query_id").n_unique())
    curves = predictions.select("segment", "model", "cutoff").unique().join(users, on=["segment", "cutoff"])
    grid = curves.join(pl.DataFrame({"length": range(1, longest + 1)}), how="cross")
    key = ["segment", "model", "cutoff"]
    gained = hits.group_by(*key, length="rank", maintain_order=True).agg(pl.col("share").sum())
    return (
        grid.join(gained, on=[*key, "length"], how="left")
        .sort(*key, "length")
        .with_columns(recall=pl.col("share").fill_null(0).cum_sum().over(key) / pl.col("users"))
        .group_by("segment", "model", "length", maintain_order=True)
        .agg(pl.col("recall").mean())
    )
