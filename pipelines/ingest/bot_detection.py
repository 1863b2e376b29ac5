"""Readers that read more than people do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.settings import BotBounds
from script_shared.anonymous import is_anonymous
from script_shared.clock import MS_PER_HOUR
from script_shared.tables import Tables

#: Beyond so many times the median user's busiest hour or day, no user is a person.
_TIMES_MEDIAN = 50
#: So many ids are named in a report.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class SuspectedBots:
    """What is beyond the bounds.

    Attributes:
        users: `user_id`, `reads`, `busiest_hour`, `busiest_day`, most reads first.
        per_hour, per_day: the bounds as they were applied; 0 for none.
    """

    users: pl.DataFrame
    per_hour: int
    per_day: int

    def summary(self) -> dict[str, Any]:
        """Return the counts for a report."""
        named = self.users.filter(~is_anonymous(pl.col("user_id")))
        return {
            "users": self.users.height,
            "interactions": int(self.users["interactions"].sum()),
            "per_hour": self.per_hour,
            "per_day": self.per_day,
            "most_active": named["user_id"].head(_NAMED).to_list(),
        }


def find_bots(interactions: pl.DataFrame, bounds: BotBounds) -> SuspectedBots:
    """Return the users and anonymous sessions beyond the bounds, which go by the users' median.

    Args:
        interactions: `user_id`, `timestamp`.
        bounds: see `BotBounds`.
    """
    time = pl.col("timestamp").to_physical()
    by_hour = interactions.group_by("user_id", (time // MS_PER_HOUR).alias("hour")).len()
    by_day = by_hour.group_by("user_id", pl.col("hour") // 24).agg(pl.col("len").sum().alias("day_reads"))
    hours = by_hour.group_by("user_id").agg(
        pl.col("len").sum().alias("interactions"), pl.col("len").max().alias("busiest_hour")
    )
    days = by_day.group_by("user_id").agg(pl.col("day_reads").max().alias("busiest_day"))
    users = hours.join(days, on="user_id")
    named = users.filter(~is_anonymous(pl.col("user_id")))
    per_hour = _bound(bounds.per_hour, named["busiest_hour"])
    per_day = _bound(bounds.per_day, named["busiest_day"])
    beyond = pl.lit(False)
    if per_hour:
        beyond |= pl.col("busiest_hour") > per_hour
    if per_day:
        beyond |= pl.col("busiest_day") > per_day
    found = users.filter(beyond).sort("interactions", "user_id", descending=[True, False])
    return SuspectedBots(found, per_hour, per_day)


def _bound(least: int, busiest: pl.Series) -> int:
    median = busiest.median()
    return max(least, round(_TIMES_MEDIAN * median)) if least and isinstance(median, float) else least


def without(tables: Tables, bots: SuspectedBots) -> Tables:
    """Return the tables without the reads of suspected bots; the items stay.

    Half the users are within each bound, so that somebody is left.
    """
    if bots.users.is_empty():
        return tables
    return replace(
        tables,
        interactions=tables.interactions.join(bots.users, on="user_id", how="anti", maintain_order="left"),
        users=tables.users.join(bots.users, on="user_id", how="anti", maintain_order="left"),
    )
