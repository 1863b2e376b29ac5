"""The columns that a raw file of any form names."""

from __future__ import annotations

from pipelines.domains.news.formats.csv_text import read_header
from pipelines.domains.news.formats.parquet import read_parquet_names
from pipelines.ingest.raw_files import RawFile


def names_of(file: RawFile) -> list[str]:
    """Return the names of a file's columns.

    Raises:
        InputError: it cannot be read.
    """
    reader = read_parquet_names if file.name.endswith(".parquet") else read_header
    return reader(file.load(), file.name)
