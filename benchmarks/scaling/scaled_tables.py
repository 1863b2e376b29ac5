"""Releases with one quantity scaled up: the same generated data with more users, items or events."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.scaling.pipeline_costs import THREADS, run_steps, stage_groups
from script_shared.storage.partitions import find_partition

QUANTITIES = ("users", "items", "events")
#: Costs of serving do not depend on the evaluation, which is kept short.
_EVALUATION_USERS = 100


def generate_tables(root: Path, scale: float, processes: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Generate files and return their interactions and items."""
    os.environ |= THREADS
    download = [("download", "", ("synthetic", "", scale))]
    run_steps(root, "only", [download, *stage_groups()[:1]], processes)
    refined = find_partition(root / "refined")
    columns = ["user_id", "item_id", "timestamp", "user_type", "region", "device", "seconds", "clicks"]
    users = pl.read_parquet(refined / "users.parquet").select("user_id", "user_type")
    interactions = pl.read_parquet(refined / "interactions.parquet").join(users, on="user_id", how="left")
    return interactions.select(columns), pl.read_parquet(refined / "items.parquet").drop("words")


def scale_tables(
    interactions: pl.DataFrame, items: pl.DataFrame, quantity: str, factor: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Multiply one quantity by a factor and leave the others unchanged.

    More users or items are copies of the existing ones, and each interaction is assigned to one of the
    copies; more events are copies of the existing ones with permuted users.
    """
    rng = np.random.default_rng(0)
    if quantity == "events":
        users = interactions.select("user_id", "user_type", "region", "device")
        copies = [
            interactions.with_columns(users[rng.permutation(len(interactions))]) for _ in range(factor - 1)
        ]
        return pl.concat([interactions, *copies]).sort("timestamp"), items
    column = {"users": "user_id", "items": "item_id"}[quantity]
    copy = pl.Series("copy", rng.integers(0, factor, len(interactions)))
    interactions = interactions.with_columns(pl.col(column) + "-" + copy.cast(pl.String))
    if quantity == "items":
        items = pl.concat([items.with_columns(pl.col(column) + f"-{number}") for number in range(factor)])
    return interactions, items


def publish_tables(root: Path, interactions: pl.DataFrame, items: pl.DataFrame, processes: int) -> Path:
    """Run all stages on the tables; return the data root."""
    (folder := root / "tables").mkdir(parents=True)
    interactions.write_parquet(folder / "interactions.parquet")
    items.write_parquet(folder / "items.parquet")
    groups = [
        [
            (name, part, (*arguments[:-1], _EVALUATION_USERS) if name == "evaluate" else arguments)
            for name, part, arguments in group
        ]
        for group in stage_groups()[1:]
    ]
    first = [("download", "", ("tables", str(folder), 1.0))], [("refine", "", ("tables",))]
    run_steps(root / "news", "only", [*first, *groups], processes)
    return root
