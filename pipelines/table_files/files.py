"""Finds the files of a kind of table, and the format of a file by its name."""

from __future__ import annotations

from pathlib import Path

from pipelines.ingest.compression import CODECS
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile, find_files

#: A regular expression of file name extensions: the format, and the compression.
EXTENSION = r"\.(?:(?:csv|tsv|jsonl|ndjson|json)(?:\.gz|\.zst)?|parquet)"


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
