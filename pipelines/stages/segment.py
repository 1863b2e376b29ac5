"""Splits readers into segments by the one shared rule."""

from __future__ import annotations

import polars as pl
import structlog

from pipelines.plan import Plan
from script_shared.segments import assign_segment
from script_shared.storage.partitions import find_partition, set_alias, write_partition
from script_shared.storage.volume import Volume
from script_shared.tables import Tables
from script_shared.types import User

_LOG = structlog.get_logger(__name__)


def segment(plan: Plan, volume: Volume, run: str) -> dict[str, int]:
    """Write `segments/<run>/readers.parquet` (user_id, segment); return readers by segment."""
    place = find_partition(volume.refined, run)
    users = name_segments(plan, Tables.read(place, {"interactions": ["item_id"], "items": ["item_id"]}))
    with write_partition(volume.segments, run) as folder:
        users.select("user_id", "segment").write_parquet(folder / "readers.parquet")
    set_alias(volume.segments, "latest", run)
    counts = _count(users)
    _LOG.info("segmented", run=run, **counts)
    return counts


def name_segments(plan: Plan, tables: Tables) -> pl.DataFrame:
    """Return the users and, as `segment`, the name of each one's segment."""
    segments = plan.domain.segments(plan.parameters(tables))
    kinds = tables.users.select("user_type", "interactions").unique()
    names = [assign_segment(segments, User(*kind)).name for kind in kinds.iter_rows()]
    named = kinds.with_columns(pl.Series("segment", names, pl.String))
    return tables.users.join(named, on=["user_type", "interactions"], how="left", nulls_equal=True)


def count_readers(plan: Plan, tables: Tables) -> dict[str, int]:
    """Return how many readers each segment has; those without readers have 0."""
    found = _count(name_segments(plan, tables))
    return {each.name: found.get(each.name, 0) for each in plan.domain.segments(plan.parameters(tables))}


def _count(users: pl.DataFrame) -> dict[str, int]:
    return dict(users.group_by("segment").len().iter_rows())
