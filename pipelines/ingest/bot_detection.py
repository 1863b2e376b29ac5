"""Detects probable bots: users with more interactions than a person has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.settings import BotLimits
from script_shared.anonymous import is_anonymous
from script_shared.clock import MS_PER_HOUR
from script_shared.tables import Tables

#: A limit is at least this many times the median of the users' busiest hours or days.
_MEDIAN_FACTOR = 50
#: The number of user ids in a report.
_MAX_IDS = 5


@dataclass(frozen=True, slots=True)
class SuspectedBots:
    """Users above the limits.

    Attributes:
        users: `user_id`, `interactions`, `busiest_hour`, `busiest_day`, most active first.
        per_hour: the applied limit of interactions within an hour; 0 for no limit.
        per_day: the applied limit of interactions within a UTC day; 0 for no limit.
    """

    users: pl.DataFrame
    per_hour: int
    per_day: int

    def summary(self) -> dict[str, Any]:
        """Return the counts for a report."""
        identified = self.users.filter(~is_anonymous(pl.col("user_id")))
        return {
            "users": self.users.height,
            "interactions": int(self.users["interactions"].sum()),
            "per_hour": self.per_hour,
            "per_day": self.per_day,
            "most_active": identified["user_id"].head(_MAX_IDS).to_list(),
        }


def find_bots(interactions: pl.DataFrame, limits: BotLimits) -> SuspectedBots:
    """Return the users and anonymous sessions above the limits.

    Args:
        interactions: `user_id`, `timestamp`.
        limits: raised to a multiple of the users' median; see `BotLimits`.
    """
    time = pl.col("timestamp").to_physical()
    by_hour = interactions.group_by("user_id", (time // MS_PER_HOUR).alias("hour")).len()
    count = pl.col("len")
    by_day = by_hour.group_by("user_id", pl.col("hour") // 24).agg(count.sum())
    hours = by_hour.group_by("user_id").agg(interactions=count.sum(), busiest_hour=count.max())
    days = by_day.group_by("user_id").agg(busiest_day=count.max())
    users = hours.join(days, on="user_id")
    identified = users.filter(~is_anonymous(pl.col("user_id")))
    per_hour = _raise_limit(limits.per_hour, identified["busiest_hour"])
    per_day = _raise_limit(limits.per_day, identified["busiest_day"])
    has_busy_hour = pl.lit(per_hour > 0) & (pl.col("busiest_hour") > per_hour)
    has_busy_day = pl.lit(per_day > 0) & (pl.col("busiest_day") > per_day)
    bots = users.filter(has_busy_hour | has_busy_day).sort(
        "interactions", "user_id", descending=[True, False]
    )
    return SuspectedBots(bots, per_hour, per_day)


def _raise_limit(limit: int, busiest: pl.Series) -> int:
    median = busiest.median()
    return max(limit, round(_MEDIAN_FACTOR * median)) if limit and isinstance(median, float) else limit


def drop_bots(tables: Tables, bots: SuspectedBots) -> Tables:
    """Return the tables without suspected bots and their interactions; all items stay.

    The result is never empty: at least half of the users are within each limit.
    """
    if bots.users.is_empty():
        return tables
    interactions, users = (
        frame.join(bots.users, on="user_id", how="anti", maintain_order="left")
        for frame in (tables.interactions, tables.users)
    )
    return replace(tables, interactions=interactions, users=users)
