"""What a source's catalogue file says, since when, and which items earlier ones named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.raw_files import find_files
from pipelines.plan import Source
from script_shared.errors import ReleaseError
from script_shared.releases.manifest import read_manifest
from script_shared.releases.registry import Registry
from script_shared.storage.volume import Volume

FILE = "catalogue.parquet"

_ITEMS = "items"
_SCHEMA = pl.Schema({"item_id": pl.String, "digest": pl.UInt64, "since_ms": pl.Int64})


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """The catalogue file of a run, and what the served release's run knows of those before it.

    Attributes:
        rows: a row for each item that a file has named: `item_id`; `digest` of its values, null where the
            newest file no longer names it; `since_ms`, when the first file said so that has said so
            since, ms UTC.
        newest_ms: the newest publication that the file tells of, ms UTC; None where it has no dates.
        written_ms: when it was written, ms UTC.
    """

    rows: pl.DataFrame
    newest_ms: int | None
    written_ms: int

    @classmethod
    def of(cls, items: pl.DataFrame, before: pl.DataFrame | None, written_ms: int) -> CatalogueFile:
        """Compare a file's items with what is known of the files before it.

        Args:
            items: what the file says, a row an item.
            before: `rows` of the run before, None where there is none.
            written_ms: when the file was written, ms UTC.
        """
        others = sorted(name for name in items.columns if name != "item_id")
        digest = pl.struct(others).hash(0) if others else pl.lit(0, pl.UInt64)
        named = items.select("item_id", digest.alias("digest"))
        known = _SCHEMA.to_frame() if before is None else before
        compared = pl.concat([named, _gone(known, named)]).join(
            known, on="item_id", how="left", suffix="_before", maintain_order="left"
        )
        is_same = pl.col("digest").eq_missing(pl.col("digest_before"))
        since = pl.when(is_same).then("since_ms").otherwise(None).fill_null(written_ms)
        rows = compared.select("item_id", "digest", since.alias("since_ms"))
        return cls(rows, _newest_ms(items, written_ms), written_ms)

    @property
    def named(self) -> pl.DataFrame:
        """The rows of the items that the file names."""
        return self.rows.filter(pl.col("digest").is_not_null())


def _gone(known: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    gone = known.join(named, on="item_id", how="anti", maintain_order="left")
    return gone.select("item_id", pl.lit(None, pl.UInt64).alias("digest"))


def _newest_ms(items: pl.DataFrame, written_ms: int) -> int | None:
    """Leave out what is published after the file was written: an embargo."""
    if "published_at" not in items.columns:
        return None
    published = items["published_at"].dt.epoch("ms")
    newest: Any = published.filter(published <= written_ms).max()
    return newest


def written_ms(source: Source, folder: Path) -> int | None:
    """Return when the newest of a source's catalogue files was written, ms UTC; None where there is none."""
    files = [
        file
        for kind in source.kinds
        if kind.name == _ITEMS
        for file in find_files(folder, kind.pattern, by_name=False)
    ]
    return max((file.place.stat().st_mtime_ns // 1_000_000 for file in files), default=None)


def served_rows(volume: Volume) -> pl.DataFrame | None:
    """Return the rows that the run of the served release knows; None where there are none."""
    registry = Registry(volume.releases)
    champion = registry.find()
    if champion is None:
        return None
    try:
        run = read_manifest(registry.folder / champion).run
    except ReleaseError:
        return None
    path = volume.refined / run / FILE
    return pl.read_parquet(path) if path.exists() else None
