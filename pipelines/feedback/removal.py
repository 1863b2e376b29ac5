"""Finds items that were removed from the catalogue file and must not be recommended any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.feedback.catalogue_file import CatalogueFile
from pipelines.feedback.event_frames import find_last_reports, select_valid
from pipelines.feedback.merge import CollectedEvents
from script_shared.tables import Tables

#: A file from which more than this share of the items is missing counts as incomplete.
MAX_REMOVED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Removal:
    """Items of the tables that were removed from the catalogue file.

    Attributes:
        items: the ids of the removed items.
        catalogue_size: the number of items in the file.
        keep: whether removed items may still be recommended.
    """

    items: Sequence[str]
    catalogue_size: int
    keep: bool

    @classmethod
    def find(
        cls, catalogue: CatalogueFile | None, tables: Tables, collected: CollectedEvents | None, *, keep: bool
    ) -> Removal:
        """Find the removed items; without a catalogue there are none.

        Args:
            catalogue: the catalogue file of the run.
            tables: the refined tables of the run.
            collected: the events of the log.
            keep: whether removed items may still be recommended.
        """
        if catalogue is None:
            return cls((), 0, keep)
        reports = find_last_reports(select_valid(collected.events)) if collected else {}
        return cls(find_removed_items(catalogue, tables, reports), catalogue.current_rows.height, keep)

    @property
    def is_partial(self) -> bool:
        """Whether so many items are missing that the file is probably incomplete."""
        return len(self.items) > MAX_REMOVED_SHARE * (len(self.items) + self.catalogue_size)

    @property
    def dropped(self) -> Sequence[str]:
        """The ids of the items that must not be recommended any more."""
        return () if self.keep or self.is_partial else self.items

    def summary(self) -> dict[str, Any]:
        """Return the counts for a report."""
        return {"catalogue": self.catalogue_size, "removed": len(self.items), "dropped": len(self.dropped)}


def find_removed_items(catalogue: CatalogueFile, tables: Tables, reports: Mapping[str, int]) -> Sequence[str]:
    """Return the ids of the items that were removed from the catalogue, sorted.

    An item was removed if the file does not contain it, and either an earlier file contained it, or its first
    interaction is older than the newest publication in the file (a newer item may be missing only because the
    file is older). An item stays if it was reported to the service after the file was written, or if it was
    reported and no file ever contained it.

    Args:
        catalogue: the catalogue file of the run.
        tables: the refined tables of the run.
        reports: the time of the last report by item id, ms UTC.
    """
    missing = tables.items.select("item_id").join(catalogue.current_rows, on="item_id", how="anti")
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
