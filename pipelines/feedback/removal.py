"""Which items have been taken out of the catalogue file, and may not be named any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.event_frames import last_reports, valid
from pipelines.feedback.merge import Told
from script_shared.tables import Tables

#: More removed items than this share of a catalogue, and the file is taken for a part of one.
LARGEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Removal:
    """Items that are in the tables and have been taken out of the catalogue file.

    Attributes:
        items: their ids.
        named: how many items the file names.
        keep: whether they may still be named.
    """

    items: Sequence[str]
    named: int
    keep: bool

    @classmethod
    def of(cls, catalogue: CatalogueFile | None, tables: Tables, told: Told | None, *, keep: bool) -> Removal:
        """Find them; there are none without a catalogue."""
        if catalogue is None:
            return cls((), 0, keep)
        reports = last_reports(valid(told.events)) if told else {}
        return cls(removed_items(catalogue, tables, reports), catalogue.named.height, keep)

    @property
    def is_partial(self) -> bool:
        """Whether so many are missing that the file is taken for a part of a catalogue."""
        return len(self.items) > LARGEST_SHARE * (len(self.items) + self.named)

    @property
    def dropped(self) -> Sequence[str]:
        """The ids of those that may not be named any more."""
        return () if self.keep or self.is_partial else self.items

    def summary(self) -> dict[str, Any]:
        """Return the counts for a report."""
        return {"catalogue": self.named, "removed": len(self.items), "dropped": len(self.dropped)}


def removed_items(catalogue: CatalogueFile, tables: Tables, reports: Mapping[str, int]) -> Sequence[str]:
    """Return the ids of the items that have been taken out of the catalogue.

    They are the items that an earlier file named, and those that were read before the newest publication
    of the file: one that is newer than the file is only missing. An item that has been reported to the
    service since the file was written stays, as does a reported one that no file has ever named.

    Args:
        catalogue: the file.
        tables: of this run.
        reports: by item id, when it was reported to the service last, ms UTC.
    """
    missing = tables.items.select("item_id").join(catalogue.named, on="item_id", how="anti")
    earlier = catalogue.rows.filter(pl.col("digest").is_null()).select("item_id", was_named=True)
    first = tables.interactions.group_by("item_id").agg(pl.col("timestamp").min().dt.epoch("ms"))
    known = missing.join(earlier, on="item_id", how="left").join(first, on="item_id", how="left")
    newest_ms = catalogue.newest_ms or 0
    return sorted(
        item
        for item, was_named, first_ms in known.iter_rows()
        if (was_named and reports.get(item, -1) < catalogue.written_ms)
        or (first_ms is not None and first_ms < newest_ms and item not in reports)
    )
