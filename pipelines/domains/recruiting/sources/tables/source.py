"""The source `tables`: reads and refines files of applications, openings and applicants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, KEYS, OPENINGS, TIMES
from pipelines.domains.recruiting.refining.refinement import ValidRows, build_refinement
from pipelines.domains.recruiting.refining.rows import nullify_unknown_dates, validate_rows
from pipelines.domains.recruiting.sources.tables.file_kinds import KINDS
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile
from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.plans.plan import Refinement, Source
from pipelines.table_files.config_detection import detect_options, suggest_map
from pipelines.table_files.config_file import read_config, write_config
from pipelines.table_files.files import find_table_files
from pipelines.table_files.ids import describe_ids, normalize_whole_numbers
from pipelines.table_files.options import TableOptions
from pipelines.table_files.table_file import TableFile, check_mapped_columns
from pipelines.table_files.time_column import parse_time_column
from pipelines.validation.rules import forbid_extra_fields, require_json_object
from pipelines.validation.stragglers import STRAGGLER_SHARE
from script_shared.clock import Clock, WallClock
from script_shared.errors import InputError

_SHAPE_RULES = (require_json_object(), forbid_extra_fields())
#: The kinds whose rows contain each code.
_CODES = {"opening_id": (APPLICATIONS, OPENINGS), "applicant_id": (APPLICATIONS, APPLICANTS)}
_TIME_COLUMNS = ("timestamp", "updated_at", "published_at")
_LACKS = {
    APPLICATIONS: "nothing is learned from the past, texts alone are compared",
    OPENINGS: "openings have dates only, no text",
    APPLICANTS: "applicants have dates only, no text",
}


@dataclass(slots=True)
class TablesSource(Source):
    """Applications, openings and applicants with documented columns; each kind of file may be missing.

    Attributes:
        name: the source's name in a plan.
        options: option values by name; they override `manchete.toml`.
        straggler_share: see `find_end`.
        clock: the clock that determines which applications are in the future.
    """

    name: str = "tables"
    file_names: str = "applications.csv, openings.csv or applicants.csv (or .parquet)"
    options: Mapping[str, Any] = field(default_factory=dict)
    straggler_share: float = STRAGGLER_SHARE
    clock: Clock = field(default_factory=WallClock)

    @property
    def kinds(self) -> Sequence[FileKind]:
        """Applications, openings and applicants."""
        return KINDS

    def recognises(self, folder: Path) -> bool:
        """Return whether there is a file of any kind; see `Source.recognises`."""
        return any(find_table_files(folder, kind) for kind in KINDS)

    def with_options(self, options: Mapping[str, Any]) -> Source:
        """Return the source with options set; see `Source.with_options`."""
        _check_options(TableOptions().updated(options, "options"))
        return replace(self, options=options)

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link or copy the files into an empty folder, and write the options to it.

        Args:
            uri: a folder, a zip file, or one file.
            scale: not used.
            folder: the destination; relative paths are kept.

        Raises:
            InputError: there is no file, an archive cannot be used, or `manchete.toml` is invalid.
        """
        origin = local_path(uri)
        link_files(origin, [kind.pattern for kind in KINDS], folder)
        _require_files(folder, uri)
        options = self._read_options(origin if origin.is_dir() else origin.parent)
        if options != TableOptions():
            write_config(folder / CONFIG_FILE, options)

    def require_files(self, folder: Path, location: object) -> Sequence[RawFile]:
        """Return the files that exist, at least one; see `Source.require_files`."""
        self._read_options(folder)
        return [file for _, file in _require_files(folder, location)]

    def read_header(self, file: RawFile, folder: Path) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the column names of a file, and what was detected; see `Source.read_header`."""
        kind = next(kind for kind in KINDS if kind.pattern.fullmatch(file.name.split(".zip/")[-1]))
        table = TableFile(file, kind, self._read_options(folder))
        return table.names(), table.facts

    def refine(self, folder: Path) -> Refinement:
        """Read the files that exist; reject rows by the rules of recruiting.

        Raises:
            InputError: there is no file, a file cannot be used, or no row is left.
        """
        options = self._read_options(folder)
        files = [TableFile(file, kind, options) for kind, file in _require_files(folder, folder)]
        valid = ValidRows()
        for file in files:
            _read_file(file, valid)
        check_mapped_columns(options, files)
        _normalise_codes(valid)
        present = {file.kind.name for file in files}
        missing = [kind for kind in _LACKS if kind not in present]
        valid.warnings += [f"there are no {kind}: {_LACKS[kind]}" for kind in missing]
        return build_refinement(valid, self.clock.now_ms(), self.straggler_share)

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Write `manchete.toml` with the options that were set or detected; see `Source.write_config`."""
        options = self._read_options(path.parent)
        facts = refinement.report["files"] if refinement else {}
        suggestions = [] if refinement else suggest_map(KINDS[0], columns)
        write_config(path, detect_options(options, facts, _TIME_COLUMNS), suggestions)

    def _read_options(self, folder: Path) -> TableOptions:
        """Return the options of a folder's `manchete.toml`, overridden by those of the source."""
        options = read_config(folder).updated(self.options, "options")
        _check_options(options)
        return options


def _check_options(options: TableOptions) -> None:
    options.check_map(KINDS)
    if options.anonymous:
        problem = "applications have no anonymous users"
        raise InputError(problem, where="anonymous", remedy="remove the option")


def _require_files(folder: Path, where: object) -> list[tuple[FileKind, RawFile]]:
    files = [(kind, file) for kind in KINDS for file in find_table_files(folder, kind)]
    if not files:
        problem = f"there is no {TablesSource().file_names}"
        remedy = "give a folder or a zip that contains one; its columns are in docs/data-formats.md"
        raise InputError.at(problem, file=where, remedy=remedy)
    return files


def _read_file(file: TableFile, valid: ValidRows) -> None:
    """Add the valid rows of a file."""
    kind, row_filter = file.kind.name, valid.row_filters[file.kind.name]
    rows = nullify_unknown_dates(file.read(), kind)
    for name in KEYS[kind]:
        file.facts[name] = describe_ids(rows[name])
    for name in TIMES[kind]:
        rows = parse_time_column(rows, name, file, row_filter)
    valid.rows[kind].append(validate_rows(rows, kind, _SHAPE_RULES, row_filter, file.file.name))
    valid.files[file.file.name] = file.facts


def _normalise_codes(valid: ValidRows) -> None:
    """Write whole numbers among codes without a point, so that all files write them alike."""
    for name, kinds in _CODES.items():
        frames, changed = normalize_whole_numbers([valid.concat(kind) for kind in kinds], name)
        change = f"{name} written without the point of a whole number"
        valid.row_filters[APPLICATIONS].count_change(change, changed)
        valid.rows |= {kind: [frame] for kind, frame in zip(kinds, frames, strict=True)}
