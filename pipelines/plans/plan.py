"""The plan of a domain: the one value by which a domain tells the stages how to train it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.plans.audit import Audit
from pipelines.plans.monitoring import Monitoring
from pipelines.tuning.search_space import SearchSpace
from script_shared.domain import Domain, Parameters
from script_shared.errors import SettingsError
from script_shared.releases.manifest import Facts
from script_shared.storage.volume import Volume
from script_shared.tables import Tables

#: Receives the name of a table, the number of its written records and the number of all its records.
IngestProgress = Callable[[str, int, int], None]
#: Receives ids of users, and returns those who are erased.
SelectErased = Callable[[Sequence[str]], Sequence[str]]


class Source(ABC):
    """A raw format: it finds, fetches and reads the raw files of a run."""

    name: str
    #: The names of files by which the format is recognised, for messages.
    file_names: str = ""
    #: Schemes of URIs that the source reads itself, such as those of a database.
    schemes: Sequence[str] = ()
    #: For generated data: bytes, at scale 1, of the raw files and of everything that a run derives from them.
    generated_bytes: int = 0

    @property
    def kinds(self) -> Sequence[FileKind]:
        """The kinds of files of this format, the first contains the interactions; none by default."""
        return ()

    def recognises(self, folder: Path) -> bool:
        """Return whether a folder contains files of this format: by default, files of the first kind.

        Raises:
            InputError: an archive is invalid.
        """
        return any(find_files(folder, kind.pattern) for kind in self.kinds[:1])

    def with_options(self, options: Mapping[str, Any]) -> Source:
        """Return a copy of the source with these options; by default there are none.

        Args:
            options: values by the names in `SOURCE_OPTIONS`.

        Raises:
            MancheteError: the source does not have such an option, or the value is invalid.
        """
        if options:
            raise _no_options_error(", ".join(options))
        return self

    def read_header(self, file: RawFile, folder: Path) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return the column names of a file and its detected properties, such as encoding, by name.

        Args:
            file: one of the source's files.
            folder: the folder that contains the file.

        Raises:
            InputError: the file cannot be read.
        """
        return (), {}

    def write_config(self, refinement: Refinement | None, columns: Sequence[str], path: Path) -> None:
        """Write the options that were set or detected to a configuration file.

        Args:
            refinement: the result of refining the files; None if refining failed.
            columns: the names of all columns of the files.
            path: the configuration file, beside the raw files.

        Raises:
            SettingsError: the source has no options, which is the default.
        """
        raise _no_options_error("--write-config")

    @abstractmethod
    def acquire(self, uri: str, scale: float, folder: Path) -> None:
        """Copy, link, unpack or generate the raw files into an empty folder.

        Args:
            uri: a local folder or file; ignored by a source that generates its data.
            scale: size of generated data, 1 for the size of the published data set.
            folder: where the files are written.
        """

    def require_files(self, folder: Path, location: object) -> Sequence[RawFile]:
        """Return the files without which a run fails; by default none, as for generated data.

        Args:
            folder: the folder to search.
            location: what an error names as the place, in the words of the person who gave it.

        Raises:
            InputError: a required file is missing, or an archive is invalid.
        """
        return ()

    def ingest(self, folder: Path, database: str, report_progress: IngestProgress) -> Sequence[str]:
        """Copy the records of the raw files to a database, from which `acquire` reads them.

        Args:
            folder: the folder of the raw files.
            database: URL of the database, of one of `schemes`.
            report_progress: called whenever records have been written.

        Returns:
            What was written to each table, in one line.

        Raises:
            SettingsError: the records of this format are not stored in databases, which is the default.
            InputError: a file cannot be used, or the database refuses it.
            DownloadError: the database cannot be reached now.
        """
        remedy = "name another format with --source"
        raise SettingsError("this raw format is not stored in databases", where=self.name, remedy=remedy)

    def erase(self, database: str, select_erased: SelectErased) -> int:
        """Delete erased users from the tables of a database that `ingest` or the domain writes.

        Args:
            database: URL of the database, of one of `schemes`.
            select_erased: returns those of some ids that are erased.

        Returns:
            The number of erased users that were found; 0 by default, for a format without a database.

        Raises:
            InputError: the database refuses a statement.
            DownloadError: the database cannot be reached now.
        """
        return 0

    @abstractmethod
    def refine(self, folder: Path) -> Refinement:
        """Parse and validate the raw files of a folder.

        Raises:
            InputError: a file is unusable as a whole; the error names file, row, field and remedy.
        """


def _no_options_error(option: str) -> SettingsError:
    return SettingsError("this raw format has no options", where=option, remedy="remove the option")


@dataclass(frozen=True, slots=True)
class Refinement:
    """Validated tables and what was found while reading them.

    Attributes:
        tables: tables that conform to the domain's schemas; interactions are ordered by timestamp.
        quarantine: the rejected rows: `file`, `row` (null if unknown), `field`, `reason` and `content` (the
            text of the row, at most 1,000 characters).
        as_of_ms: the end of the newest complete hour, ms UTC; every interaction is earlier.
        report: counts of rows that were read, kept, changed and rejected, by file kind and reason; how well
            interactions and catalogue match; and the detected properties of each file.
        warnings: probable faults of the data as a whole, one sentence each.
        catalogue: the items of the catalogue files; None if there are no catalogue files.
    """

    tables: Tables
    quarantine: pl.DataFrame
    as_of_ms: int
    report: Mapping[str, Any]
    warnings: Sequence[str] = ()
    catalogue: pl.DataFrame | None = None


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """What the documents of a release may read.

    Attributes:
        volume, run: where the run is stored.
        facts: what the manifest of the release says.
    """

    volume: Volume
    run: str
    facts: Facts


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a domain contributes to training.

    Attributes:
        domain: the part of the domain that serving needs too: schemas, segments, metrics, gates.
        sources: the raw formats by name; the order decides which one `inspect` recognises first.
        weight: the weight of an interaction (1 for a plain one), as a polars expression over its columns.
        build_tables: builds the refined tables from validated interactions, items, and users (`user_id`,
            `user_type`, and the other columns of the files' users, null for a user of the events alone).
        find_as_of: returns the end of the newest complete hour, ms UTC, from interaction timestamps.
        choose_parameters: returns the parameters to train with (thresholds, half-lives), from the refined
            tables.
        missing_column_effects: by refined table and column, what a run loses if the column is empty.
        remedies: by quarantine reason, how to correct the data.
        search_space: the values that tuning may try, by parameter path.
        monitoring: how predictions are compared with the training data; None for a domain that is not
            monitored. A domain that is also has a module `monitoring`, by which Airflow knows it.
        audit: names whom a run selects, and the groups of the persons; None for a domain without an audit.
        release_documents: returns further files of a release, by name; the same run gives the same bytes.
    """

    domain: Domain
    sources: Mapping[str, Source]
    weight: pl.Expr
    build_tables: Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame], Tables]
    find_as_of: Callable[[pl.Series], int]
    choose_parameters: Callable[[Tables], Parameters]
    missing_column_effects: Mapping[tuple[str, str], str] = field(default_factory=dict)
    remedies: Mapping[str, str] = field(default_factory=dict)
    search_space: SearchSpace = field(default_factory=dict)
    monitoring: Monitoring | None = None
    audit: Audit | None = None
    release_documents: Callable[[Plan, ReleaseRecord], Mapping[str, bytes]] = lambda plan, record: {}

    @property
    def generated_source(self) -> str:
        """The name of the source that generates its data."""
        return next(name for name, source in self.sources.items() if source.generated_bytes)

    @property
    def segment_names(self) -> list[str]:
        """The names of the domain's segments, in the order of assignment."""
        return [segment.name for segment in self.domain.segments({})]

    @property
    def model_names(self) -> list[str]:
        """The names of the models to train: one for each segment, and the classifiers."""
        return [*self.segment_names, *self.domain.classifiers({})]

    def with_options(self, source: str, options: Mapping[str, Any]) -> Plan:
        """Return a copy of the plan whose source has these options; see `Source.with_options`."""
        name = source or self.generated_source
        if not options or name not in self.sources:
            return self
        return replace(self, sources={**self.sources, name: self.sources[name].with_options(options)})
