"""Looks at raw files as a run would, and says what it found; writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipelines.ingest.download import fetched
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import local_path
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.plan import Plan, Refinement, Source
from pipelines.stages.download import source_of
from pipelines.stages.segment import count_readers
from script_shared.anonymous import is_anonymous
from script_shared.clock import MS_PER_HOUR
from script_shared.errors import InputError, MancheteError

UNSCORED = "nobody read anything new in the hours that are scored: a run stops at its report; give more data"
_DAY_MS = 24 * MS_PER_HOUR


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One raw file.

    Attributes:
        name: where it lies.
        kind: what its rows are.
        columns: the names of its columns, none where it cannot be read.
        facts: what was detected of its form, by topic.
        fault: why it cannot be read.
    """

    name: str
    kind: FileKind
    columns: Sequence[str]
    facts: Mapping[str, str] = field(default_factory=dict)
    fault: MancheteError | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Attributes:
        source: the raw format as which the files were read.
        files: the files of that format.
        refinement: what refining would give, None where it is refused.
        segments: readers by segment.
        missing: what is not there, and what that costs, by `table.column`.
        doubts: what is strange, in sentences.
        fault: why the files cannot be used; None where they can.
    """

    source: str
    files: Sequence[FoundFile]
    refinement: Refinement | None
    segments: Mapping[str, int]
    missing: Mapping[str, str]
    doubts: Sequence[str]
    fault: MancheteError | None


def inspect(
    plan: Plan,
    uri: str,
    source: str | None = None,
    cutoffs: Sequence[int] = (1,),
    options: Mapping[str, Any] | None = None,
) -> Inspection:
    """Find out whether raw files can be used, and as what.

    Args:
        plan: the domain's.
        uri: what `download` takes; a remote file is fetched to a temporary place.
        source: the raw format, guessed by the files' names where it is not given.
        cutoffs: a run scores the hours that begin so many hours before the end.
        options: of the raw format.

    Raises:
        InputError: there is nothing at `uri`, an archive cannot be used, or no format is recognised.
        SettingsError: the domain has no such source.
        DownloadError: the files could not be fetched now.
    """
    with open_files(uri) as folder:
        chosen = _guess(plan, folder, uri) if source is None else source_of(plan, source)
        chosen = chosen.configured(options or {})
        files = [_look(chosen, kind, file, folder) for kind, file in _find(chosen, folder)]
        try:
            refinement = chosen.refine(folder)
        except InputError as fault:
            return Inspection(chosen.name, files, None, {}, {}, (), fault)
    facts = refinement.report.get("files", {})
    files = [replace(file, facts=facts.get(file.name, file.facts)) for file in files]
    segments = count_readers(plan, refinement.tables)
    missing = _missing(plan, chosen, files, refinement)
    return Inspection(
        chosen.name, files, refinement, segments, missing, tuple(_doubts(refinement, cutoffs)), None
    )


def write_options(plan: Plan, uri: str, inspection: Inspection, options: Mapping[str, Any]) -> Path:
    """Write the options that were set or detected beside raw files; return where.

    Args:
        plan: the domain's.
        uri: of the files.
        inspection: what was found there.
        options: those that were set.

    Raises:
        InputError: the files are not on this machine, or there is such a file already.
        SettingsError: the raw format has no options.
    """
    origin = local_path(uri)
    path = (origin if origin.is_dir() else origin.parent) / CONFIG_FILE
    if path.exists():
        raise InputError("the file exists already", where=str(path), remedy="move it away, or edit it")
    source = source_of(plan, inspection.source).configured(options)
    columns = [column for file in inspection.files for column in file.columns]
    source.write_config(inspection.refinement, columns, path)
    return path


@contextmanager
def open_files(uri: str) -> Iterator[Path]:
    """Give a folder that holds the files: their own, or a temporary one with a link to the only file."""
    with TemporaryDirectory() as name, fetched(uri, Path(name) / "downloads") as here:
        path = local_path(here)
        if path.is_dir():
            yield path
            return
        folder = Path(name) / "files"
        folder.mkdir()
        (folder / path.name).symlink_to(path.resolve())
        if (path.parent / CONFIG_FILE).is_file():
            (folder / CONFIG_FILE).symlink_to((path.parent / CONFIG_FILE).resolve())
        yield folder


def _find(source: Source, folder: Path) -> list[tuple[FileKind, RawFile]]:
    return [(kind, file) for kind in source.kinds for file in find_files(folder, kind.pattern, by_name=False)]


def _guess(plan: Plan, folder: Path, uri: str) -> Source:
    for source in plan.sources.values():
        if find_files(folder, source.kinds[0].pattern):
            return source
    raise InputError(
        "no raw format is recognised by the files' names",
        where=uri,
        remedy="call the reads interactions.csv or interactions.parquet, or name the format with --source",
    )


def _look(source: Source, kind: FileKind, file: RawFile, folder: Path) -> FoundFile:
    try:
        return FoundFile(file.name, kind, *source.columns_of(file, folder))
    except InputError as fault:
        return FoundFile(file.name, kind, (), fault=fault)


def _missing(
    plan: Plan, source: Source, files: Sequence[FoundFile], refinement: Refinement
) -> dict[str, str]:
    """Return the costs of columns that are empty, or that none of the files has."""
    named = {column for file in files for column in file.columns}
    told = {(kind.table, column): column in named for kind in source.kinds for column in kind.optional}
    missing = {}
    for (table, column), cost in plan.costs.items():
        values: pl.Series = getattr(refinement.tables, table)[column]
        if not told.get((table, column), True) or values.null_count() == len(values):
            missing[f"{table}.{column}"] = cost
    return missing


def _is_scored(refinement: Refinement, hours_before: int) -> bool:
    """Tell whether anybody read something new in the hour that began so long before the end."""
    start = refinement.as_of_ms - hours_before * MS_PER_HOUR
    interactions = refinement.tables.interactions.filter(~is_anonymous(pl.col("user_id")))
    first = interactions.group_by("user_id", "item_id").agg(pl.col("timestamp").min())
    return bool(first["timestamp"].to_physical().is_between(start, start + MS_PER_HOUR, closed="left").any())


def _doubts(refinement: Refinement, cutoffs: Sequence[int]) -> Iterator[str]:
    if not any(_is_scored(refinement, hours) for hours in cutoffs):
        yield UNSCORED
    tables = refinement.tables
    times = tables.interactions["timestamp"].to_physical()
    if not (times % _DAY_MS != 0).any():
        yield "every read is at midnight UTC: give times of day, all models go by hours"
    yield from refinement.warnings
