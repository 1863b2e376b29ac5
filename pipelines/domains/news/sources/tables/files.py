"""Finds the files of the source `tables`."""

from __future__ import annotations

from pathlib import Path

from pipelines.domains.news.sources.tables.file_kinds import INTERACTIONS
from pipelines.ingest.raw_files import RawFile
from pipelines.table_files.files import find_table_files
from script_shared.errors import InputError


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
