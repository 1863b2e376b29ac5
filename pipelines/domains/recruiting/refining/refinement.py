"""Builds the result of refining from the valid rows of all files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, KEYS, OPENINGS
from pipelines.domains.recruiting.refining.applicants import refine_applicants
from pipelines.domains.recruiting.refining.applications import clean_applications, warn_of_applications
from pipelines.domains.recruiting.refining.catalogue import (
    KindMatch,
    join_catalogue,
    match_kind,
    nullify_future,
)
from pipelines.domains.recruiting.refining.openings import refine_openings
from pipelines.domains.recruiting.refining.rows import make_empty_rows
from pipelines.domains.recruiting.tables import assemble_tables, fill_published_at, to_interactions
from pipelines.domains.recruiting.validation.end_of_applications import find_end_of_applications
from pipelines.plans.plan import Refinement
from pipelines.validation.row_filter import RowFilter, concat_quarantines, require_rows
from pipelines.validation.stragglers import STRAGGLER_SHARE
from script_shared.domains.recruiting.tables import APPLICANT, OPENING


@dataclass(slots=True)
class ValidRows:
    """The valid rows of all files of a source.

    Attributes:
        rows: by kind, the results of `validate_rows`, one for each file.
        titles: rows of openings of which the applications' files give only title and contract.
        row_filters: by kind of the report, the filters that rejected the other rows.
        files: by file, its detected properties.
        warnings: faults that the source has found, one sentence each.
    """

    rows: dict[str, list[pl.DataFrame]] = field(
        default_factory=lambda: {APPLICATIONS: [], OPENINGS: [], APPLICANTS: []}
    )
    titles: list[pl.DataFrame] = field(default_factory=list)
    row_filters: dict[str, RowFilter] = field(
        default_factory=lambda: {kind: RowFilter(KEYS[kind]) for kind in (APPLICATIONS, OPENINGS, APPLICANTS)}
    )
    files: dict[str, Mapping[str, str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def concat(self, kind: str) -> pl.DataFrame:
        """Return the valid rows of a kind."""
        return _concat(self.rows[kind], kind)


def _concat(frames: Sequence[pl.DataFrame], kind: str) -> pl.DataFrame:
    empty = make_empty_rows(kind)
    return pl.concat([frame.cast({"file": pl.String}).select(empty.columns) for frame in frames] or [empty])


def build_refinement(valid: ValidRows, now_ms: int, share: float = STRAGGLER_SHARE) -> Refinement:
    """Clean the valid rows and assemble the tables.

    Args:
        valid: the rows of all files.
        now_ms: the current time, ms UTC; later applications are quarantined.
        share: see `find_end`.

    Returns:
        The refinement. Without applications it ends with the day of the newest opening or applicant.

    Raises:
        InputError: no row is left.
    """
    filters = valid.row_filters
    applications, as_of_ms = clean_applications(
        valid.concat(APPLICATIONS), now_ms, share, filters[APPLICATIONS]
    )
    openings = refine_openings(valid.concat(OPENINGS), filters[OPENINGS])
    applicants, users = refine_applicants(valid.concat(APPLICANTS), filters[APPLICANTS])
    described = pl.concat([openings, applicants], how="diagonal")
    matches = [match_kind(applications, described, kind) for kind in (OPENING, APPLICANT)]
    titles = refine_openings(_concat(valid.titles, OPENINGS), RowFilter())
    items = join_catalogue(openings, applicants, titles)
    items = nullify_future(items, now_ms, {OPENING: filters[OPENINGS], APPLICANT: filters[APPLICANTS]})
    dated = fill_published_at(items, applications)
    tables = assemble_tables(to_interactions(applications), dated, users)
    require_rows(tables.items, "record", filters)
    kept = {APPLICATIONS: applications.height, OPENINGS: openings.height, APPLICANTS: applicants.height}
    return Refinement(
        tables=tables,
        quarantine=concat_quarantines(filters),
        as_of_ms=as_of_ms or find_end_of_applications(dated["published_at"].drop_nulls()) or now_ms,
        report={
            **{kind: _report(row_filter, kept.get(kind)) for kind, row_filter in filters.items()},
            "match": {name: value for match in matches for name, value in match.report.items()},
            "files": valid.files,
        },
        warnings=(*valid.warnings, *_find_warnings(applications, applicants, matches)),
        catalogue=described if described.height else None,
    )


def _report(row_filter: RowFilter, kept: int | None) -> dict[str, Any]:
    counts = row_filter.count_rows(kept or 0)
    if kept is None:
        counts["kept"] = counts["read"] - sum(counts["rejected"].values())
    return {**counts, "changed": dict(row_filter.changes)}


def _find_warnings(
    applications: pl.DataFrame, applicants: pl.DataFrame, matches: Sequence[KindMatch]
) -> Iterator[str]:
    yield from warn_of_applications(applications)
    partial = int((~applicants["is_complete"]).sum())
    if partial:
        yield (
            f"{partial:,} of {applicants.height:,} applicants are partial records: what is empty there is "
            "unknown, not left empty"
        )
    for match in matches:
        yield from match.warnings
