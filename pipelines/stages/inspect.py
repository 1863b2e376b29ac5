"""Inspects raw files as a run would read them, without writing anything to the volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from pipelines.ingest.download import fetch_uri
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.local import local_path
from pipelines.ingest.raw_files import RawFile, find_files
from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.plans.plan import Plan, Refinement, Source
from pipelines.stages.download import find_source
from pipelines.stages.segment import count_users
from script_shared.anonymous import is_anonymous
from script_shared.clock import MS_PER_HOUR
from script_shared.domain import Domain
from script_shared.errors import InputError, MancheteError

NOT_EVALUABLE = (
    "no user has a new interaction in the evaluated hours: a run stops at its report; give more data"
)
_DAY_MS = 24 * MS_PER_HOUR


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """One raw file.

    Attributes:
        name: its path below the folder or inside an archive.
        kind: the kind of its rows.
        columns: the names of its columns; empty if it cannot be read.
        properties: its detected properties, such as encoding, by name.
        error: why it cannot be read; None if it can.
    """

    name: str
    kind: FileKind
    columns: Sequence[str]
    properties: Mapping[str, str] = field(default_factory=dict)
    error: MancheteError | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of an inspection.

    Attributes:
        source: name of the raw format.
        files: the files of that format.
        refinement: the result of refining the files; None if refining failed.
        segments: the number of users by segment.
        missing: the effect of each missing or empty column, by `table.column`.
        warnings: probable faults of the data, one sentence each.
        error: why the files are unusable; None if they are usable.
    """

    source: str
    files: Sequence[InspectedFile]
    refinement: Refinement | None
    segments: Mapping[str, int]
    missing: Mapping[str, str]
    warnings: Sequence[str]
    error: MancheteError | None


def inspect(
    plan: Plan,
    uri: str,
    source: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Inspection:
    """Check whether raw files are usable, and how a run would read them.

    Args:
        plan: the domain's plan.
        uri: a URI as for `download`; a remote file is fetched to a temporary folder.
        source: name of the raw format; detected from the file names if None.
        options: options of the raw format.

    Raises:
        InputError: nothing exists at `uri`, an archive is invalid, or no format is recognised.
        SettingsError: the domain has no such source.
        DownloadError: the files cannot be fetched now.
    """
    with open_source(plan, uri, source) as (found, folder):
        chosen = found.with_options(options or {})
        files = [_inspect_file(chosen, kind, file, folder) for kind, file in _list_files(chosen, folder)]
        try:
            refinement = chosen.refine(folder)
        except InputError as error:
            return Inspection(chosen.name, files, None, {}, {}, (), error)
    properties = refinement.report.get("files", {})
    files = [replace(file, properties=properties.get(file.name, file.properties)) for file in files]
    segments = count_users(plan, refinement.tables)
    missing = _find_missing_columns(plan, chosen, files, refinement)
    warnings = tuple(_find_warnings(refinement, plan.domain))
    return Inspection(chosen.name, files, refinement, segments, missing, warnings, None)


def write_options(plan: Plan, uri: str, inspection: Inspection, options: Mapping[str, Any]) -> Path:
    """Write the options that were set or detected to a configuration file beside the raw files.

    Args:
        plan: the domain's plan.
        uri: URI of the raw files.
        inspection: the result of inspecting them.
        options: the options that were set.

    Returns:
        The path of the configuration file.

    Raises:
        InputError: the files are remote, or the configuration file exists already.
        SettingsError: the raw format has no options.
    """
    origin = local_path(uri)
    path = (origin if origin.is_dir() else origin.parent) / CONFIG_FILE
    if path.exists():
        raise InputError("the file exists already", where=str(path), remedy="move it away, or edit it")
    source = find_source(plan, inspection.source).with_options(options)
    columns = [column for file in inspection.files for column in file.columns]
    source.write_config(inspection.refinement, columns, path)
    return path


@contextmanager
def open_source(plan: Plan, uri: str, name: str | None) -> Iterator[tuple[Source, Path]]:
    """Yield the source of a URI and a folder with its files; those of a database are copied from there."""
    named = find_source(plan, name) if name else None
    candidates = plan.sources.values() if named is None else [named]
    reader = next((source for source in candidates if uri.partition("://")[0] in source.schemes), None)
    if reader is None:
        with open_files(uri) as folder:
            yield named or _detect_source(plan, folder, uri), folder
        return
    with TemporaryDirectory() as folder_name:
        reader.acquire(uri, 1.0, Path(folder_name))
        yield reader, Path(folder_name)


@contextmanager
def open_files(uri: str) -> Iterator[Path]:
    """Yield a folder that contains the files of `uri`: the folder itself, or a temporary one with a link."""
    with TemporaryDirectory() as name, fetch_uri(uri, Path(name) / "downloads") as local_uri:
        path = local_path(local_uri)
        if path.is_dir():
            yield path
            return
        folder = Path(name) / "files"
        folder.mkdir()
        (folder / path.name).symlink_to(path.resolve())
        if (path.parent / CONFIG_FILE).is_file():
            (folder / CONFIG_FILE).symlink_to((path.parent / CONFIG_FILE).resolve())
        yield folder


def _list_files(source: Source, folder: Path) -> list[tuple[FileKind, RawFile]]:
    return [(kind, file) for kind in source.kinds for file in find_files(folder, kind.pattern, by_name=False)]


def _detect_source(plan: Plan, folder: Path, uri: str) -> Source:
    for source in plan.sources.values():
        if source.recognises(folder):
            return source
    problem = "no raw format is recognised by the files' names"
    names = next((source.file_names for source in plan.sources.values() if source.file_names), "")
    remedy = f"name the file {names}, or name the format with --source"
    raise InputError(problem, where=uri, remedy=remedy)


def _inspect_file(source: Source, kind: FileKind, file: RawFile, folder: Path) -> InspectedFile:
    try:
        return InspectedFile(file.name, kind, *source.read_header(file, folder))
    except InputError as error:
        return InspectedFile(file.name, kind, (), error=error)


def _find_missing_columns(
    plan: Plan, source: Source, files: Sequence[InspectedFile], refinement: Refinement
) -> dict[str, str]:
    """Return the effects of columns that are empty, or that no file contains."""
    names = {column for file in files for column in file.columns}
    is_present = {(kind.table, column): column in names for kind in source.kinds for column in kind.optional}
    missing = {}
    for (table, column), effect in plan.missing_column_effects.items():
        values: pl.Series = getattr(refinement.tables, table)[column]
        if not is_present.get((table, column), True) or values.null_count() == len(values):
            missing[f"{table}.{column}"] = effect
    return missing


def _is_evaluable(refinement: Refinement, hours_before: int, period_ms: int) -> bool:
    """Return whether any user has a new interaction in the period that began so long before the end."""
    start = refinement.as_of_ms - hours_before * MS_PER_HOUR
    interactions = refinement.tables.interactions.filter(~is_anonymous(pl.col("user_id")))
    first = interactions.group_by("user_id", "item_id").agg(pl.col("timestamp").min())
    return bool(first["timestamp"].to_physical().is_between(start, start + period_ms, closed="left").any())


def _find_warnings(refinement: Refinement, domain: Domain) -> Iterator[str]:
    if not any(_is_evaluable(refinement, hours, domain.period_ms) for hours in domain.evaluated_hours):
        yield NOT_EVALUABLE
    times = refinement.tables.interactions["timestamp"].to_physical()
    if domain.period_ms < _DAY_MS and not (times % _DAY_MS != 0).any():
        yield "every interaction is at midnight UTC: give times of day, all models use hours"
    yield from refinement.warnings
