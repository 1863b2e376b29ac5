"""Releases of which one thing is larger: the same generated reads with more readers, articles or reads."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.pipeline import THREADS, run_all, steps
from script_shared.storage.partitions import find_partition

THINGS = ("users", "items", "events")
#: The figures need models that are real, and no evaluation.
_READERS = 100


def base(root: Path, scale: float, processes: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Generate files and return their reads and articles."""
    os.environ |= THREADS
    run_all(root, "only", [[("download", "", ("synthetic", "", scale))], *steps()[:1]], processes)
    refined = find_partition(root / "refined")
    columns = ["user_id", "item_id", "timestamp", "user_type", "region", "device", "seconds", "clicks"]
    users = pl.read_parquet(refined / "users.parquet").select("user_id", "user_type")
    reads = pl.read_parquet(refined / "interactions.parquet").join(users, on="user_id", how="left")
    return reads.select(columns), pl.read_parquet(refined / "items.parquet").drop("words")


def grown(
    reads: pl.DataFrame, items: pl.DataFrame, thing: str, factor: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the tables with one thing so many times as large, all else as it was.

    Readers and articles have so many namesakes, among whom the reads are drawn; more reads are the same
    ones by other readers.
    """
    rng = np.random.default_rng(0)
    if thing == "events":
        who = reads.select("user_id", "user_type", "region", "device")
        others = [reads.with_columns(who[rng.permutation(len(reads))]) for _ in range(factor - 1)]
        return pl.concat([reads, *others]).sort("timestamp"), items
    name = {"users": "user_id", "items": "item_id"}[thing]
    drawn = pl.Series("drawn", rng.integers(0, factor, len(reads)))
    reads = reads.with_columns(pl.col(name) + "-" + drawn.cast(pl.String))
    if thing == "items":
        clones = [items.with_columns(pl.col(name) + f"-{number}") for number in range(factor)]
        items = pl.concat(clones)
    return reads, items


def publish(root: Path, reads: pl.DataFrame, items: pl.DataFrame, processes: int) -> Path:
    """Put the tables through all stages; return the data root."""
    (folder := root / "tables").mkdir(parents=True)
    reads.write_parquet(folder / "interactions.parquet")
    items.write_parquet(folder / "items.parquet")
    lines = [
        [(name, part, (*told[:-1], _READERS) if name == "evaluate" else told) for name, part, told in line]
        for line in steps()[1:]
    ]
    first = [("download", "", ("tables", str(folder), 1.0))], [("refine", "", ("tables", 1.0))]
    run_all(root / "news", "only", [*first, *lines], processes)
    return root
