"""Rules that raw news interactions go through, whatever their format."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from script_shared.clock import MS_PER_HOUR
from script_shared.errors import InputError

#: The newest hour counts when it holds at least this share of the median hour's reads.
LIVE_HOUR_SHARE = 0.01

QUARANTINE = pl.Schema(
    {"file": pl.String, "row": pl.Int64, "field": pl.String, "reason": pl.String, "content": pl.String}
)


@dataclass(slots=True)
class Quarantine:
    """Rejected rows with their place and reason; nothing is dropped in silence."""

    _frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, *, reason: str, field_name: str | None = None) -> None:
        """Keep rejected rows; `file` and `row` are taken over, the rest becomes their content."""
        data = [name for name in rows.columns if name not in ("file", "row")]
        content = pl.struct(data).struct.json_encode().str.slice(0, 1_000)
        self._frames.append(
            rows.select(
                pl.col("file").cast(pl.String),
                pl.col("row").cast(pl.Int64),
                field=pl.lit(field_name, pl.String),
                reason=pl.lit(reason),
                content=content,
            )
        )

    def frame(self) -> pl.DataFrame:
        """Return all rejected rows."""
        return pl.concat([pl.DataFrame(schema=QUARANTINE), *self._frames])


def as_of(timestamps: pl.Series, live_share: float = LIVE_HOUR_SHARE) -> int:
    """Return the end of the newest hour with at least a share of the median hour's reads, ms UTC.

    Raises:
        InputError: there are no timestamps.
    """
    if not len(timestamps):
        raise InputError("there is not one usable interaction", remedy="see the quarantine for reasons")
    hours = timestamps.to_physical() // MS_PER_HOUR
    counts = hours.alias("hour").value_counts(sort=False)
    floor = live_share * float(counts["count"].median() or 0)  # type: ignore[arg-type]
    newest = counts.filter(pl.col("count") >= floor)["hour"].max()
    return (int(newest) + 1) * MS_PER_HOUR  # type: ignore[arg-type]


def split_stragglers(rows: pl.DataFrame, as_of_ms: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return rows before `as_of`, and the stragglers."""
    late = pl.col("timestamp").to_physical() >= as_of_ms
    return rows.filter(~late), rows.filter(late)


def users_of(interactions: pl.DataFrame) -> pl.DataFrame:
    """Return one row a reader: login state, number of reads, first and last seen."""
    user_type = (
        pl.col("user_type").first() if "user_type" in interactions.columns else pl.lit(None, pl.String)
    )
    return (
        interactions.group_by("user_id")
        .agg(
            user_type.alias("user_type"),
            pl.len().cast(pl.UInt32).alias("reads"),
            pl.col("timestamp").min().alias("first_seen"),
            pl.col("timestamp").max().alias("last_seen"),
        )
        .sort("user_id")
    )
