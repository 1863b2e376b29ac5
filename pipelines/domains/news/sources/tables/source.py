"""The source `tables`: anybody's reads, refined by all rules of news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.news.catalogue_match import match_items
from pipelines.domains.news.files import NewsFiles
from pipelines.domains.news.sources.tables.config_detection import detected_options, suggestions
from pipelines.domains.news.sources.tables.config_file import read_config, write_config
from pipelines.domains.news.sources.tables.files import (
    INTERACTIONS,
    ITEMS,
    TableFile,
    find,
    require_interactions,
)
from pipelines.domains.news.sources.tables.ids import unify_whole_numbers
from pipelines.domains.news.sources.tables.items import newest_items, read_items
from pipelines.domains.news.sources.tables.options import TableOptions
from pipelines.domains.news.sources.tables.readers import count_anonymous, name_anonymous, warn_of_readers
from pipelines.domains.news.sources.tables.reads import UNZONED, newest_types, read_reads
from pipelines.domains.news.tables import assemble, date_by_first_read, gather
from pipelines.domains.news.validation.cleaning import clip_measures
from pipelines.domains.news.validation.quarantine import RowFilter
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile
from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.plan import Refinement, Source
from script_shared.errors import InputError

#: Codes of reads that requests carry too, and of items; whole numbers among them are written without a point.
_CODES_OF_READS, _CODES_OF_ITEMS = ("session_id", "region", "device", "referrer"), ("category", "region")


@dataclass(slots=True)
class TableFiles(NewsFiles):
    """Reads and items with documented columns; three of them are all that is needed.

    Attributes:
        name: the source's name in a plan.
        options: values of the options that were given, by name; they win over `manchete.toml`.
    """

    name: str = "tables"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> tuple[FileKind, ...]:
        """Interactions, and items if there are any."""
        return INTERACTIONS, ITEMS

    def with_options(self, options: Mapping[str, Any]) -> Source:
        """Return the source with options set; see `Source.with_options`."""
        TableOptions().updated(options, "options").check_map(self.kinds)
        return replace(self, options=options)

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the files of interactions and items into an empty folder, and write the options there.

        Args:
            uri: a folder, one zip, or one file of interactions.
            scale: not used: a real source has one size.
            folder: where the files go, at the same places.

        Raises:
            InputError: there are no interactions, an archive cannot be used, or `manchete.toml` is wrong.
        """
        origin = local_path(uri)
        link_files(origin, [kind.pattern for kind in self.kinds], folder)
        require_interactions(folder, uri)
        options = self._options(origin if origin.is_dir() else origin.parent)
        if options != TableOptions():
            write_config(folder / CONFIG_FILE, options)

    def require_files(self, folder: Path, where: object) -> list[RawFile]:
        """Return the files of interactions; see `Source.require`."""
        self._options(folder)
        return require_interactions(folder, where)

    def read_header(self, file: RawFile, folder: Path) -> tuple[list[str], Mapping[str, str]]:
        """Return the names of a file's columns, and what was detected; see `Source.read_header`."""
        kind = next(kind for kind in self.kinds if kind.pattern.fullmatch(file.name.split(".zip/")[-1]))
        table = TableFile(file, kind, self._options(folder))
        return table.names(), table.facts

    def refine(self, folder: Path) -> Refinement:
        """Read interactions and items, by all rules of news.

        Raises:
            InputError: there are no interactions, a file cannot be used, or no read is left.
        """
        options = self._options(folder)
        sieves = {"reads": RowFilter(), "items": RowFilter()}
        files = {
            "reads": [
                TableFile(file, INTERACTIONS, options) for file in require_interactions(folder, folder)
            ],
            "items": [TableFile(file, ITEMS, options) for file in find(folder, ITEMS)],
        }
        reads, items = (
            read_reads(files["reads"], sieves["reads"]),
            read_items(files["items"], sieves["items"]),
        )
        _check_map(options, [*files["reads"], *files["items"]])
        reads, items = _unify(reads, items, sieves)
        items = newest_items(items, sieves["items"])
        reads, as_of_ms = self.settle(name_anonymous(reads), sieves, "reads")
        _require_readers(reads, folder)
        reads, changed = clip_measures(reads)
        match = match_items(reads["item_id"], items["item_id"])
        tables, dated = date_by_first_read(assemble(reads, items, newest_types(reads)))
        zone = f"time without an offset taken as {options.time_zone}"
        changes = {
            **changed,
            **sieves["reads"].cleared,
            zone: int(reads[UNZONED].sum()),
            "without a reader, counted as anonymous": count_anonymous(reads),
        }
        report = {
            "reads": {**sieves["reads"].balance(reads.height), "changed": changes},
            "items": {
                **sieves["items"].balance(items.height),
                "changed": {**sieves["items"].cleared, "published_at taken from the first read": dated},
            },
            "match": match.report,
            "files": {file.file.name: file.facts for kind in files.values() for file in kind},
        }
        warnings = (*match.warnings, *warn_of_readers(tables))
        return Refinement(tables, gather(sieves), as_of_ms, report, warnings, items if items.height else None)

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Write `manchete.toml` with what was set and detected; see `Source.write_config`."""
        options = self._options(path.parent)
        facts = refinement.report["files"] if refinement else {}
        write_config(path, detected_options(options, facts), suggestions(refinement, columns))

    def _options(self, folder: Path) -> TableOptions:
        """Return the options of a folder's `manchete.toml`, and those that were given instead of them."""
        options = read_config(folder).updated(self.options, "options")
        options.check_map(self.kinds)
        return options


def _unify(
    reads: pl.DataFrame, items: pl.DataFrame, sieves: Mapping[str, RowFilter]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Write whole numbers among ids and codes alike in all files."""
    (reads, items), changed = unify_whole_numbers((reads, items), "item_id")
    sieves["reads"].note("item_id written without the point of a whole number", changed)
    for column in ("user_id", *_CODES_OF_READS):
        (reads,), changed = unify_whole_numbers((reads,), column)
        sieves["reads"].note(f"{column} written without the point of a whole number", changed)
    for column in _CODES_OF_ITEMS:
        (items,), changed = unify_whole_numbers((items,), column)
        sieves["items"].note(f"{column} written without the point of a whole number", changed)
    return reads, items


def _check_map(options: TableOptions, files: Sequence[TableFile]) -> None:
    """Check that each column that `map` names is in one of the files."""
    used = {(file.kind.name, ours) for file in files for ours in file.mapped}
    kinds = {file.kind.name for file in files}
    for name, theirs in options.map.items():
        kind, _, ours = name.rpartition(".")
        if kind in ("", *kinds) and not any((each, ours) in used for each in (kinds if not kind else {kind})):
            raise InputError(
                f"map takes {name!r} from {theirs!r}, which is no column of any file",
                where="map",
                remedy="check the name; python -m pipelines inspect lists the columns",
            )


def _require_readers(reads: pl.DataFrame, folder: Path) -> None:
    if count_anonymous(reads) == reads.height:
        raise InputError.at(
            "no read has a reader: there is nobody to evaluate recommendations for",
            file=folder,
            field="user_id",
            remedy="give ids of readers, or of browsers or visits: --map user_id=session_id",
        )
