"""What the stages must be told about a domain, beyond what serving knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile
from pipelines.tuning.search_space import Space
from script_shared.domain import Domain, Parameters
from script_shared.tables import Tables


class Source(Protocol):
    """One raw format."""

    name: str

    @property
    def kinds(self) -> Sequence[FileKind]:
        """The kinds of files it has, the interactions' first."""

    def configured(self, options: Mapping[str, Any]) -> Source:
        """Return the source with options set, by their names in `SOURCE_OPTIONS`.

        Raises:
            MancheteError: it has no such option, or a value cannot be used.
        """

    def columns_of(self, file: RawFile, folder: Path) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the names of a file's columns, and what was detected of its form, by topic.

        Args:
            file: one of the source's files.
            folder: in which it was found.

        Raises:
            InputError: it cannot be read.
        """

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Write a file with the options that were set or detected.

        Args:
            refinement: what the files gave; None where they were refused.
            columns: the names of all their columns.
            path: where the options go: beside the raw files.

        Raises:
            SettingsError: the source has no options.
        """

    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Bring the raw files into an empty folder: copy, link, download or generate them."""

    def require(self, folder: Path, where: object) -> Sequence[RawFile]:
        """Return the files that a run cannot do without; none where they are generated.

        Args:
            folder: where they are looked for.
            where: what to name when one is missing, as the person who gave it knows it.

        Raises:
            InputError: one is missing, or an archive cannot be used.
        """

    def refine(self, folder: Path) -> Refinement:
        """Read the raw files of `folder` into refined tables.

        Raises:
            InputError: a file cannot be used at all; names file, row, field and remedy.
        """


@dataclass(frozen=True, slots=True)
class Refinement:
    """What refining gave.

    Attributes:
        tables: tables that conform to the domain's schemas, interactions ordered by timestamp.
        quarantine: every rejected row: `file`, `row` (null where it cannot be told), `field`,
            `reason`, `content` (the row's text, cut at 1,000 characters).
        as_of_ms: the end of the newest hour that counts, ms UTC; no interaction is later.
        report: counts of rows read, kept, changed and rejected, by file kind and reason; how far reads and
            catalogue match; and, where there are several forms, what was detected of each file.
        warnings: what is probably wrong with the data as a whole, in sentences.
        catalogue: the items that the catalogue files describe; None where there are none.
    """

    tables: Tables
    quarantine: pl.DataFrame
    as_of_ms: int
    report: Mapping[str, Any]
    warnings: Sequence[str] = ()
    catalogue: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A domain and what training adds to it.

    Attributes:
        domain: what serving knows too.
        sources: the raw formats by name.
        weight: engagement weight of each interaction, as a polars expression over its columns.
        assemble: puts tables together from sound interactions, items, and users' ids and types.
        end: given times of interactions, the end of the newest hour that counts, ms UTC.
        parameters: the parameters to train with, given the refined tables (thresholds, half-lives).
        costs: by refined table and column, what is lost where the column is empty.
        remedies: by reason of the quarantine, what to do about it.
        search: what the search for better parameters may set them to.
    """

    domain: Domain
    sources: Mapping[str, Source]
    weight: pl.Expr
    assemble: Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame], Tables]
    end: Callable[[pl.Series], int]
    parameters: Callable[[Tables], Parameters]
    costs: Mapping[tuple[str, str], str] = field(default_factory=dict)
    remedies: Mapping[str, str] = field(default_factory=dict)
    search: Space = field(default_factory=dict)

    def configured(self, source: str, options: Mapping[str, Any]) -> Plan:
        """Return the plan with options of one of its sources set; see `Source.configured`."""
        if not options or source not in self.sources:
            return self
        return replace(self, sources={**self.sources, source: self.sources[source].configured(options)})
