"""How much a read engaged, as a whole number: the label of the ranker that was built for G1.

    base = clicks + 1.5 · seconds + scroll − hours since the last visit
    raw  = base · history size / 130 · 1 / (1 + days since publication / 50)

clipped at 0, log1p, scaled from the least to the greatest of all reads, rounded. It grows with the
reader's history, so it ranks the reads of one reader and says nothing about two.
"""

from __future__ import annotations

import polars as pl

#: A label is a whole number from 0 to this: LightGBM has gains for 31 of them.
LABELS = 10

_SECONDS = 1.5
_USUAL_HISTORY = 130
_USUAL_DAYS = 50
#: What stands for a visit without one before it, and for an article without a date.
_FIRST_VISIT_HOURS = 1.0


def engagement_labels(reads: pl.DataFrame, labels: int = LABELS) -> pl.Series:
    """Return a label for each read.

    Args:
        reads: clicks, seconds, scroll (percent), hours_since_visit, history_size, days_since_published;
            a missing measure counts 0, a missing visit 1 h, a missing date 50 days.
        labels: the greatest label.

    Returns:
        Whole numbers from 0 to `labels`; all 0 where all reads are alike.
    """
    measured = reads.select(
        pl.col("clicks", "seconds", "scroll").fill_null(0.0),
        pl.col("hours_since_visit").fill_null(_FIRST_VISIT_HOURS),
        pl.col("history_size"),
        pl.col("days_since_published").fill_null(_USUAL_DAYS),
    )
    base = pl.col("clicks") + _SECONDS * pl.col("seconds") + pl.col("scroll") - pl.col("hours_since_visit")
    freshness = 1 / (1 + pl.col("days_since_published") / _USUAL_DAYS)
    raw = base * pl.col("history_size") / _USUAL_HISTORY * freshness
    logs = measured.select(label=raw.cast(pl.Float64).clip(0).log1p())["label"]
    return _scaled(logs, labels).rename("label")


def _scaled(values: pl.Series, labels: int) -> pl.Series:
    spread = (values.max() or 0.0) - (values.min() or 0.0)  # type: ignore[operator]
    share = (values - values.min()) / spread if spread else values * 0
    return (share * labels).round().cast(pl.Int32)


def measured_reads(interactions: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return what the labels are computed from, a row a read in the order given.

    Args:
        interactions: refined reads, in order of time.
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
