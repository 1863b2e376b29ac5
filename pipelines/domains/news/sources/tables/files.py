"""Finds the files of the source `tables`."""

from __future__ import annotations

from pathlib import Path

from pipelines.domains.news.sources.tables.file_kinds import INTERACTIONS
from pipelines.ingest.compression import CODECS
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile, find_files
from script_shared.errors import InputError


def find_table_files(folder: Path, kind: FileKind) -> list[RawFile]:
    """Return the files of a kind in all folders, without compressed copies of other files.

    Raises:
        InputError: an archive cannot be used.
    """
    files = find_files(folder, kind.pattern, by_name=False)
    names = {file.name for file in files}
    return [
        file for file in files if (name := strip_compression(file.name)) == file.name or name not in names
    ]


def strip_compression(name: str) -> str:
    """Return a file's name without the extension of its compression."""
    return name.removesuffix(next((extension for extension in CODECS if name.endswith(extension)), ""))


def require_interactions(folder: Path, where: object) -> list[RawFile]:
    """Return the files of interactions.

    Raises:
        InputError: there is no such file, or an archive cannot be used.
    """
    files = find_table_files(folder, INTERACTIONS)
    if not files:
        problem = "there is no interactions.csv or interactions.parquet"
        remedy = "give a folder or a zip that contains one; its columns are in docs/data-formats.md"
        raise InputError.at(problem, file=where, remedy=remedy)
    return files
