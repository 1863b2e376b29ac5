"""Cleaning of valid reads: the end of the reads, and impossible measures."""

from __future__ import annotations

import polars as pl

from pipelines.validation.stragglers import STRAGGLER_SHARE, find_end
from script_shared.clock import MS_PER_HOUR

#: The greatest scroll depth, in percent.
MAX_SCROLL = 100.0
#: Times on a page above this quantile are clipped to it: pages are left open for hours without being read.
MAX_SECONDS_QUANTILE = 0.99


def find_end_of_reads(timestamps: pl.Series, share: float = STRAGGLER_SHARE) -> int:
    """Return the end of the newest hour that has enough reads, ms UTC; see `find_end`."""
    return find_end(timestamps, MS_PER_HOUR, share)


def clip_measures(reads: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Clip impossible scroll depths and times on a page; return the reads and the clipped counts."""
    max_seconds = float(reads["seconds"].quantile(MAX_SECONDS_QUANTILE, "nearest") or 0)
    reads, clipped_scroll = _clip(reads, "scroll", MAX_SCROLL)
    reads, clipped_seconds = _clip(reads, "seconds", max_seconds)
    return reads, {"scroll over 100": clipped_scroll, "seconds over the 99th percentile": clipped_seconds}


def _clip(frame: pl.DataFrame, field: str, limit: float) -> tuple[pl.DataFrame, int]:
    clipped = int((frame[field] > limit).sum())
    return frame.with_columns(pl.col(field).clip(upper_bound=limit)), clipped
