"""Assigns users to segments by the same rule as the service."""

from __future__ import annotations

import polars as pl
import structlog

from pipelines.plans.plan import Plan
from script_shared.segments import assign_segment
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from script_shared.types import User

_LOG = structlog.get_logger(__name__)


def segment(plan: Plan, volume: Volume, run: str) -> dict[str, int]:
    """Write `segments/<run>/users.parquet` (user_id, segment); return the number of users by segment.

    Args:
        plan: the domain's plan.
        volume: where the run is stored.
        run: id of the run.
    """
    refined = find_partition(volume.refined, run)
    users = assign_segments(plan, Tables.read(refined, {"interactions": ["item_id"], "items": ["item_id"]}))
    with write_partition(volume.segments, run) as folder:
        users.select("user_id", "segment").write_parquet(folder / "users.parquet")
    set_alias(volume.segments, "latest", run)
    counts = _count(users)
    _LOG.info("segmented", run=run, **counts)
    return counts


def assign_segments(plan: Plan, tables: Tables) -> pl.DataFrame:
    """Return the users with the name of their segment in the column `segment`."""
    segments = plan.domain.segments(plan.choose_parameters(tables))
    profiles = tables.users.select("user_type", "interactions").unique()
    names = [assign_segment(segments, User(*profile)).name for profile in profiles.iter_rows()]
    profiles = profiles.with_columns(pl.Series("segment", names, pl.String))
    return tables.users.join(profiles, on=["user_type", "interactions"], how="left", nulls_equal=True)


def count_users(plan: Plan, tables: Tables) -> dict[str, int]:
    """Return the number of users of each segment, 0 for an empty one."""
    counts = _count(assign_segments(plan, tables))
    segments = plan.domain.segments(plan.choose_parameters(tables))
    return {segment.name: counts.get(segment.name, 0) for segment in segments}


def _count(users: pl.DataFrame) -> dict[str, int]:
    return dict(users.group_by("segment").len().iter_rows())
