"""The base class of sources that read files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.domains.news.validation.cleaning import find_end_of_reads
from pipelines.domains.news.validation.rejection_reasons import STRAGGLER
from pipelines.formats.csv_text import read_header
from pipelines.formats.raw_table import FILE, ROW
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile
from pipelines.plans.plan import Source
from pipelines.validation.cleaning import drop_duplicates, drop_future
from pipelines.validation.row_filter import RowFilter, require_rows
from pipelines.validation.stragglers import STRAGGLER_SHARE, drop_stragglers
from script_shared.clock import Clock, WallClock


@dataclass(slots=True)
class FileSource(Source):
    """A source of reads in files.

    Attributes:
        straggler_share: see `find_end_of_reads`.
        clock: the clock that determines which reads are in the future.
    """

    straggler_share: float = STRAGGLER_SHARE
    clock: Clock = field(default_factory=WallClock)

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link the files at `uri`; see `Source.acquire`."""
        link_files(local_path(uri), [kind.pattern for kind in self.kinds], folder)
        self.require_files(folder, uri)

    def read_header(self, file: RawFile, folder: Path) -> tuple[list[str], Mapping[str, str]]:
        """Return the column names of a CSV file; see `Source.read_header`."""
        return read_header(file.load(), file.name), {}

    def clean_reads(
        self, reads: pl.DataFrame, row_filters: Mapping[str, RowFilter], kind: str
    ) -> tuple[pl.DataFrame, int]:
        """Drop future reads, duplicates and stragglers.

        Args:
            reads: valid reads with their file and row number.
            row_filters: the filters of all kinds of rows.
            kind: the kind of the reads among them.

        Returns:
            The remaining reads without file and row number, and the end of the newest hour that counts,
            ms UTC.

        Raises:
            InputError: no read is left.
        """
        reads = drop_future(reads, self.clock.now_ms(), row_filters[kind])
        require_rows(reads, "read", row_filters)
        reads = drop_duplicates(reads, row_filters[kind])
        as_of_ms = find_end_of_reads(reads["timestamp"], self.straggler_share)
        reads = drop_stragglers(reads, as_of_ms, STRAGGLER, row_filters[kind])
        return reads.drop(FILE, ROW), as_of_ms
