"""What sources that read files have in common: named columns, and one way to settle which reads count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.news.formats.column_names import names_of
from pipelines.domains.news.tables import require_reads
from pipelines.domains.news.validation.cleaning import (
    STRAGGLER_SHARE,
    drop_duplicates,
    drop_future,
    drop_stragglers,
    end_of_reads,
)
from pipelines.domains.news.validation.quarantine import FILE, ROW, RowFilter
from pipelines.ingest.raw_files import RawFile
from pipelines.plan import Refinement, Source
from script_shared.clock import Clock, WallClock
from script_shared.errors import SettingsError


@dataclass(slots=True)
class NewsFiles:
    """Reads that lie in files.

    Attributes:
        straggler_share: see `end_of_reads`.
        clock: tells which reads lie in the future.
    """

    straggler_share: float = STRAGGLER_SHARE
    clock: Clock = field(default_factory=WallClock)

    def with_options(self, options: Mapping[str, Any]) -> Source:
        """Refuse options; see `Source.with_options`."""
        if options:
            raise _no_options(", ".join(options))
        return self  # type: ignore[return-value]  # the subclasses have what is missing

    def read_header(self, file: RawFile, folder: Path) -> tuple[list[str], Mapping[str, str]]:
        """Return the names of a file's columns; see `Source.read_header`."""
        return names_of(file), {}

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Refuse to write options; see `Source.write_config`."""
        raise _no_options("--write-config")

    def settle(
        self, reads: pl.DataFrame, sieves: Mapping[str, RowFilter], kind: str
    ) -> tuple[pl.DataFrame, int]:
        """Drop reads of the future, repeated ones and stragglers.

        Args:
            reads: sound reads with their place in the files.
            sieves: one a kind of rows.
            kind: that of the reads.

        Returns:
            The others, without their place; and the end of the newest hour that counts, ms UTC.

        Raises:
            InputError: no read is left.
        """
        reads = drop_future(reads, self.clock.now_ms(), sieves[kind])
        require_reads(reads, sieves)
        reads = drop_duplicates(reads, sieves[kind])
        as_of_ms = end_of_reads(reads["timestamp"], self.straggler_share)
        return drop_stragglers(reads, as_of_ms, sieves[kind]).drop(FILE, ROW), as_of_ms


def _no_options(what: str) -> SettingsError:
    return SettingsError(
        "this raw format has one form only, and no options", where=what, remedy="leave it out"
    )
