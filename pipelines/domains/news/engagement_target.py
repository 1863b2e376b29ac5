"""Engagement labels of reads: the target of the learning-to-rank model that was built for G1.

    base = clicks + 1.5 · seconds + scroll − hours since the last visit
    raw  = base · history size / 130 · 1 / (1 + days since publication / 50)

The raw value is clipped at 0, transformed by log1p, scaled between the minimum and maximum of all reads,
and rounded. It grows with the reader's history, so labels compare reads of the same reader only.
"""

from __future__ import annotations

import polars as pl

#: The greatest label; LightGBM supports labels up to 30.
MAX_LABEL = 10

_SECONDS_FACTOR = 1.5
_HISTORY_SIZE = 130
#: Also the age of an article without a publication time.
_AGE_DAYS = 50
#: The hours since the last visit, for a reader's first visit.
_FIRST_VISIT_HOURS = 1.0


def compute_engagement_labels(reads: pl.DataFrame, max_label: int = MAX_LABEL) -> pl.Series:
    """Return a label for each read.

    Args:
        reads: clicks, seconds, scroll (percent), hours_since_visit, history_size, days_since_published.
            A missing measure counts as 0, a missing visit as 1 hour, a missing age as 50 days.
        max_label: the greatest label.

    Returns:
        Whole numbers from 0 to `max_label`; all 0 if all reads have the same raw value.
    """
    inputs = reads.select(
        pl.col("clicks", "seconds", "scroll").fill_null(0.0),
        pl.col("hours_since_visit").fill_null(_FIRST_VISIT_HOURS),
        pl.col("history_size"),
        pl.col("days_since_published").fill_null(_AGE_DAYS),
    )
    actions = pl.col("clicks") + _SECONDS_FACTOR * pl.col("seconds") + pl.col("scroll")
    base = actions - pl.col("hours_since_visit")
    freshness = 1 / (1 + pl.col("days_since_published") / _AGE_DAYS)
    raw = base * pl.col("history_size") / _HISTORY_SIZE * freshness
    logs = inputs.select(label=raw.cast(pl.Float64).clip(0).log1p())["label"]
    return _scale(logs, max_label).rename("label")


def _scale(values: pl.Series, max_label: int) -> pl.Series:
    value_range = (values.max() or 0.0) - (values.min() or 0.0)  # type: ignore[operator]
    share = (values - values.min()) / value_range if value_range else values * 0
    return (share * max_label).round().cast(pl.Int32)


def select_label_inputs(interactions: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return the inputs of `compute_engagement_labels`, one row per read in the given order.

    Args:
        interactions: refined reads, ordered by time.
        items: refined items.
    """
    published = items.select("item_id", "published_at")
    dated = interactions.join(published, on="item_id", how="left", maintain_order="left")
    since_visit = pl.col("timestamp").diff().over("user_id").dt.total_milliseconds() / 3_600_000
    return dated.select(
        "clicks",
        "seconds",
        "scroll",
        hours_since_visit=since_visit,
        history_size=pl.len().over("user_id"),
        days_since_published=(pl.col("timestamp") - pl.col("published_at")).dt.total_days().clip(0),
    )
