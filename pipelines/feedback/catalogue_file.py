"""Compares the catalogue file of a run with the earlier ones: changed and removed items, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.ingest.raw_files import find_files
from pipelines.plans.plan import Source
from script_shared.errors import ReleaseError
from script_shared.releases.factory import open_registry
from script_shared.storage.volume import Volume

CATALOGUE_FILE = "catalogue.parquet"

_ITEM_FILES = "items"
_SCHEMA = pl.Schema({"item_id": pl.String, "digest": pl.UInt64, "since_ms": pl.Int64})


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """The catalogue file of a run, compared with the files of earlier runs.

    Attributes:
        rows: a row for each item of this or an earlier file: `item_id`; `digest` of its values, null if this
            file no longer contains it; `since_ms`, the modification time of the first file with the
            current digest, ms UTC.
        newest_ms: the newest publication time in the file, ms UTC; None if it contains no times.
        written_ms: the modification time of the file, ms UTC.
    """

    rows: pl.DataFrame
    newest_ms: int | None
    written_ms: int

    @classmethod
    def compare(cls, items: pl.DataFrame, earlier: pl.DataFrame | None, written_ms: int) -> CatalogueFile:
        """Compare the items of a file with those of earlier files.

        Args:
            items: the content of the file, a row for each item.
            earlier: `rows` of the earlier run; None if there is none.
            written_ms: the modification time of the file, ms UTC.
        """
        columns = sorted(name for name in items.columns if name != "item_id")
        digest = pl.struct(columns).hash(0) if columns else pl.lit(0, pl.UInt64)
        current = items.select("item_id", digest.alias("digest"))
        known = _SCHEMA.to_frame() if earlier is None else earlier
        compared = pl.concat([current, _select_removed(known, current)]).join(
            known, on="item_id", how="left", suffix="_before", maintain_order="left"
        )
        is_same = pl.col("digest").eq_missing(pl.col("digest_before"))
        since = pl.when(is_same).then("since_ms").otherwise(None).fill_null(written_ms)
        rows = compared.select("item_id", "digest", since.alias("since_ms"))
        return cls(rows, _find_newest_ms(items, written_ms), written_ms)

    @property
    def current_rows(self) -> pl.DataFrame:
        """The rows of the items that the file contains."""
        return self.rows.filter(pl.col("digest").is_not_null())


def _select_removed(known: pl.DataFrame, current: pl.DataFrame) -> pl.DataFrame:
    removed = known.join(current, on="item_id", how="anti", maintain_order="left")
    return removed.select("item_id", pl.lit(None, pl.UInt64).alias("digest"))


def _find_newest_ms(items: pl.DataFrame, written_ms: int) -> int | None:
    """Return the newest publication time; later times than the file's are embargoes and do not count."""
    if "published_at" not in items.columns:
        return None
    published = items["published_at"].dt.epoch("ms")
    return published.filter(published <= written_ms).max()  # type: ignore[return-value]


def catalogue_written_ms(source: Source, folder: Path) -> int | None:
    """Return the newest modification time of the catalogue files, ms UTC; None if there are no such files."""
    patterns = [kind.pattern for kind in source.kinds if kind.name == _ITEM_FILES]
    files = [file for pattern in patterns for file in find_files(folder, pattern, by_name=False)]
    return max((file.path.stat().st_mtime_ns // 1_000_000 for file in files), default=None)


def read_served_rows(volume: Volume) -> pl.DataFrame | None:
    """Return `CatalogueFile.rows` of the champion's run; None if there are none."""
    registry = open_registry(volume)
    champion = registry.find()
    if champion is None:
        return None
    try:
        run = registry.read_manifest(champion).run
    except ReleaseError:
        return None
    path = volume.refined / run / CATALOGUE_FILE
    return pl.read_parquet(path) if path.exists() else None
