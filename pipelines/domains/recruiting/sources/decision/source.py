"""The source `decision`: reads and refines the three files, each of which may be missing or partial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, OPENINGS, TIMES
from pipelines.domains.recruiting.refining.refinement import ValidRows, build_refinement
from pipelines.domains.recruiting.refining.rows import nullify_unknown_dates, validate_rows
from pipelines.domains.recruiting.sources.decision.file_kinds import KINDS, NAMES, SECTIONS
from pipelines.domains.recruiting.sources.decision.records import (
    list_fields,
    tabulate_applicants,
    tabulate_openings,
    tabulate_prospects,
)
from pipelines.domains.recruiting.validation.rejection_reasons import BROKEN_RECORD
from pipelines.formats.json_records import read_json_records
from pipelines.formats.raw_table import OVERFLOW
from pipelines.formats.timestamps import DAY_FIRST, TimeFormat, parse_times
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import link_files, local_path
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.plans.plan import IngestProgress, Refinement, SelectErased, Source
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule
from pipelines.validation.stragglers import STRAGGLER_SHARE
from script_shared.clock import Clock, WallClock
from script_shared.errors import InputError

#: The kind of the report for the records of `prospects.json`, whose entries are the applications.
PROSPECTS = "prospects"
#: What a run lacks without each file.
_LACKS = {
    APPLICATIONS: "there are no applications: nothing is learned from the past, texts alone are compared",
    OPENINGS: "openings have a title and dates only, no text",
    APPLICANTS: "applicants have dates only, no text",
}
_DATES = TimeFormat(DAY_FIRST)
_IS_BROKEN = Rule(BROKEN_RECORD, None, pl.col(OVERFLOW).is_not_null())


@dataclass(slots=True)
class DecisionSource(Source):
    """Openings, applications and applicants as a staffing firm exported them; see docs/data-formats.md.

    Attributes:
        name: the source's name in a plan.
        straggler_share: see `find_end`.
        clock: the clock that determines which applications are in the future.
    """

    name: str = "decision"
    file_names: str = "prospects.json, vagas.json or applicants.json"
    schemes: Sequence[str] = ("postgresql", "postgres")
    straggler_share: float = STRAGGLER_SHARE
    clock: Clock = field(default_factory=WallClock)

    @property
    def kinds(self) -> Sequence[FileKind]:
        """Applications, openings and applicants; none is required."""
        return KINDS

    def recognises(self, folder: Path) -> bool:
        """Return whether any of the files exists; see `Source.recognises`."""
        return any(find_files(folder, kind.pattern) for kind in KINDS)

    def read_header(self, file: RawFile, folder: Path) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the names of the fields in the first records of a file; see `Source.read_header`."""
        kind = next(kind for kind in KINDS if kind.pattern.fullmatch(file.name.split(".zip/")[-1]))
        return list_fields(read_json_records(file, SECTIONS[kind.name])), {}

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Link the files at `uri`, or write them from the tables of a database; see `Source.acquire`."""
        if uri.partition("://")[0] in self.schemes:
            from pipelines.domains.recruiting.postgres.export import export_files

            export_files(uri, NAMES, folder)
            return
        link_files(local_path(uri), [kind.pattern for kind in KINDS], folder)
        self.require_files(folder, uri)

    def ingest(self, folder: Path, database: str, report_progress: IngestProgress) -> Sequence[str]:
        """Copy the records of the files to the tables of a Postgres database; see `Source.ingest`."""
        from pipelines.domains.recruiting.postgres.ingest import ingest_file

        self.require_files(folder, folder)
        files = [(kind.name, file) for kind in KINDS for file in find_files(folder, kind.pattern)]
        return [
            str(ingest_file(database, kind, file, SECTIONS[kind], report_progress)) for kind, file in files
        ]

    def erase(self, database: str, select_erased: SelectErased) -> int:
        """Delete erased applicants from the tables of a Postgres database; see `Source.erase`."""
        from pipelines.domains.recruiting.postgres.erasure import erase_applicants

        return erase_applicants(database, select_erased)

    def require_files(self, folder: Path, location: object) -> Sequence[RawFile]:
        """Return the files that exist, at least one; see `Source.require_files`."""
        files = [file for kind in KINDS for file in find_files(folder, kind.pattern)]
        if not files:
            names = ", ".join(f"{name}.json" for name in NAMES.values())
            remedy = "give a folder or a zip that contains one of them"
            raise InputError.at(f"there is none of {names}", file=location, remedy=remedy)
        return files

    def refine(self, folder: Path) -> Refinement:
        """Read the files that exist; reject broken records and rows by the rules of recruiting.

        Raises:
            InputError: there is no file, a file cannot be used, or no record is left.
        """
        self.require_files(folder, folder)
        valid = ValidRows()
        valid.row_filters[PROSPECTS] = RowFilter(("opening_id",))
        for kind in KINDS:
            files = find_files(folder, kind.pattern)
            if not files:
                valid.warnings.append(f"there is no {NAMES[kind.name]}.json: {_LACKS[kind.name]}")
            for file in files:
                _read_file(file, kind.name, valid)
        return build_refinement(valid, self.clock.now_ms(), self.straggler_share)


def _read_file(file: RawFile, kind: str, valid: ValidRows) -> None:
    """Add the valid rows of a file."""
    records = read_json_records(file, SECTIONS[kind])
    if kind == APPLICATIONS:
        counted, rows = tabulate_prospects(records, file.name)
        valid.titles.append(_validate(counted, OPENINGS, valid.row_filters[PROSPECTS], file.name))
    else:
        counted = rows = (tabulate_openings if kind == OPENINGS else tabulate_applicants)(records, file.name)
    valid.rows[kind].append(_validate(rows, kind, valid.row_filters[kind], file.name))
    valid.files[file.name] = {"format": f"JSON, {counted.height:,} records"}


def _validate(rows: pl.DataFrame, kind: str, row_filter: RowFilter, file: str) -> pl.DataFrame:
    if kind == OPENINGS:
        # The form separates areas by dashes without blanks, and ends with one: `TI - SAP-Administrativa-`.
        areas = pl.col("areas").str.strip_chars(" -").str.replace_all(r"(\S)-(\S)", "${1}, ${2}")
        rows = rows.with_columns(areas)
    rows = nullify_unknown_dates(rows, kind)
    for name in TIMES[kind]:
        rows = parse_times(rows, name, _DATES)
    return validate_rows(rows, kind, [_IS_BROKEN], row_filter, file)
