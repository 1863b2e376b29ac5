"""The source `tables`: reads and refines files of interactions and items with documented columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.news.sources.base import FileSource
from pipelines.domains.news.sources.tables.file_kinds import INTERACTIONS, ITEMS
from pipelines.domains.news.sources.tables.files import require_interactions
from pipelines.domains.news.sources.tables.items import read_items, refine_items
from pipelines.domains.news.sources.tables.readers import (
    count_anonymous,
    fill_anonymous_ids,
    find_suspicious_readers,
    warn_of_suspicious_readers,
)
from pipelines.domains.news.sources.tables.reads import LACKS_OFFSET, read_interactions, select_newest_types
from pipelines.domains.news.tables import assemble_tables, fill_published_at
from pipelines.domains.news.validation.catalogue_match import match_items
from pipelines.domains.news.validation.cleaning import clip_measures
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile
from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.plans.plan import Refinement, Source
from pipelines.table_files.config_detection import detect_options, suggest_map
from pipelines.table_files.config_file import read_config, write_config
from pipelines.table_files.files import find_table_files
from pipelines.table_files.ids import normalize_whole_numbers
from pipelines.table_files.options import TableOptions
from pipelines.table_files.table_file import TableFile, check_mapped_columns
from pipelines.validation.row_filter import RowFilter, concat_quarantines
from script_shared.errors import InputError

_TIME_COLUMNS = ("timestamp", "published_at")
#: Columns with codes, which are normalized like ids because requests and other files contain them, too.
_READ_CODES, _ITEM_CODES = ("session_id", "region", "device", "referrer"), ("category", "region")


@dataclass(slots=True)
class TablesSource(FileSource):
    """Reads and items with documented columns, three of which are required.

    Attributes:
        name: the source's name in a plan.
        options: option values by name; they override `manchete.toml`.
    """

    name: str = "tables"
    file_names: str = "interactions.csv or interactions.parquet"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Interactions and, optionally, items."""
        return INTERACTIONS, ITEMS

    def with_options(self, options: Mapping[str, Any]) -> Source:
        """Return the source with options set; see `Source.with_options`."""
        TableOptions().updated(options, "options").check_map(self.kinds)
        return replace(self, options=options)

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the files of interactions and items into an empty folder, and write the options to it.

        Args:
            uri: a folder, a zip file, or a file of interactions.
            scale: not used.
            folder: the destination; relative paths are kept.

        Raises:
            InputError: there are no interactions, an archive cannot be used, or `manchete.toml` is invalid.
        """
        origin = local_path(uri)
        link_files(origin, [kind.pattern for kind in self.kinds], folder)
        require_interactions(folder, uri)
        options = self._read_options(origin if origin.is_dir() else origin.parent)
        if options != TableOptions():
            write_config(folder / CONFIG_FILE, options)

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the files of interactions; see `Source.require_files`."""
        self._read_options(folder)
        return require_interactions(folder, where)

    def read_header(self, file: RawFile, folder: Path) -> tuple[list[str], Mapping[str, str]]:
        """Return the column names of a file, and what was detected; see `Source.read_header`."""
        kind = next(kind for kind in self.kinds if kind.pattern.fullmatch(file.name.split(".zip/")[-1]))
        table = TableFile(file, kind, self._read_options(folder))
        return table.names(), table.facts

    def refine(self, folder: Path) -> Refinement:
        """Read interactions and items; reject and clean rows by the rules of news.

        Raises:
            InputError: there are no interactions, a file cannot be used, or no read is left.
        """
        options = self._read_options(folder)
        read_files = [TableFile(file, INTERACTIONS, options) for file in require_interactions(folder, folder)]
        item_files = [TableFile(file, ITEMS, options) for file in find_table_files(folder, ITEMS)]
        files = [*read_files, *item_files]
        row_filters = {"reads": RowFilter(), "items": RowFilter()}
        reads = read_interactions(read_files, row_filters["reads"])
        items = read_items(item_files, row_filters["items"])
        check_mapped_columns(options, files)
        reads, items = _normalize_codes(reads, items, row_filters)
        items = refine_items(items, row_filters["items"])
        reads, as_of_ms = self.clean_reads(fill_anonymous_ids(reads), row_filters, "reads")
        _require_readers(reads, folder)
        reads, clipped = clip_measures(reads)
        match = match_items(reads["item_id"], items["item_id"])
        tables, filled = fill_published_at(assemble_tables(reads, items, select_newest_types(reads)))
        read_changes = {
            **clipped,
            **row_filters["reads"].changes,
            f"time without an offset taken as {options.time_zone}": int(reads[LACKS_OFFSET].sum()),
            "without a reader, counted as anonymous": count_anonymous(reads),
        }
        item_changes = {**row_filters["items"].changes, "published_at taken from the first read": filled}
        report = {
            "reads": {**row_filters["reads"].count_rows(reads.height), "changed": read_changes},
            "items": {**row_filters["items"].count_rows(items.height), "changed": item_changes},
            "match": match.report,
            "files": {file.file.name: file.facts for file in files},
        }
        return Refinement(
            tables=tables,
            quarantine=concat_quarantines(row_filters),
            as_of_ms=as_of_ms,
            report=report,
            warnings=(*match.warnings, *warn_of_suspicious_readers(tables)),
            catalogue=items if items.height else None,
        )

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Write `manchete.toml` with the options that were set or detected; see `Source.write_config`."""
        options = self._read_options(path.parent)
        facts = refinement.report["files"] if refinement else {}
        if refinement is None:
            suggestions = suggest_map(INTERACTIONS, columns)
        else:
            suspicious = find_suspicious_readers(refinement.tables)
            suggestions = [f'anonymous = ["{user_id}"]' for user_id, _ in suspicious]
        write_config(path, detect_options(options, facts, _TIME_COLUMNS), suggestions)

    def _read_options(self, folder: Path) -> TableOptions:
        """Return the options of a folder's `manchete.toml`, overridden by those of the source."""
        options = read_config(folder).updated(self.options, "options")
        options.check_map(self.kinds)
        return options


def _normalize_codes(
    reads: pl.DataFrame, items: pl.DataFrame, row_filters: Mapping[str, RowFilter]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Normalize whole numbers among ids and codes, so that all files write them alike."""
    change = "written without the point of a whole number"
    (reads, items), changed = normalize_whole_numbers((reads, items), "item_id")
    row_filters["reads"].count_change(f"item_id {change}", changed)
    for column in ("user_id", *_READ_CODES):
        (reads,), changed = normalize_whole_numbers((reads,), column)
        row_filters["reads"].count_change(f"{column} {change}", changed)
    for column in _ITEM_CODES:
        (items,), changed = normalize_whole_numbers((items,), column)
        row_filters["items"].count_change(f"{column} {change}", changed)
    return reads, items


def _require_readers(reads: pl.DataFrame, folder: Path) -> None:
    if count_anonymous(reads) == reads.height:
        problem = "no read has a reader, so recommendations cannot be evaluated"
        remedy = "give ids of readers, browsers or sessions: --map user_id=session_id"
        raise InputError.at(problem, file=folder, field="user_id", remedy=remedy)
