"""The two kinds of files and what their columns are; the documentation lists the same."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from pipelines.domains.news.parquet import read_parquet
from pipelines.domains.news.reading import read_text
from pipelines.domains.news.sources.tables.dialect import converted
from pipelines.file_kinds import FileKind
from pipelines.raw_files import RawFile, find_files
from script_shared.errors import InputError

_TIME = "ISO 8601, UTC unless it says otherwise, or milliseconds since 1970"

INTERACTIONS = FileKind(
    name="reads",
    pattern=re.compile(r"(?:[^/]+/)*interactions[^/]*(?:/part-[^/]*)?\.(?:csv|tsv|parquet)"),
    required={
        "user_id": "the reader: 1 to 256 characters, or a number",
        "item_id": "the article: 1 to 256 characters, or a number",
        "timestamp": f"when it was read: {_TIME}",
    },
    optional={
        "session_id": "the visit that the read belongs to",
        "user_type": "`Logged` or `Non-Logged`; the reader's newest counts",
        "region": "where the reader is, in any words; requests carry the same",
        "device": "what the reader reads on, in any words; requests carry the same",
        "referrer": "where the reader came from, in any words",
        "clicks": "clicks on the page",
        "seconds": "time on the page, in seconds",
        "scroll": "how far the page was scrolled, in percent",
        "visits": "how often the page was opened",
    },
    table="interactions",
)
ITEMS = FileKind(
    name="items",
    pattern=re.compile(r"(?:[^/]+/)*items[^/]*(?:/part-[^/]*)?\.(?:csv|tsv|parquet)"),
    required={"item_id": "the article, as the interactions name it"},
    optional={
        "published_at": f"when it was published: {_TIME}",
        "title": "its title",
        "body": "its text",
        "url": "its address",
        "category": "what it is about, in any words",
        "region": "the place that it is about, in any words",
    },
    table="items",
)


def find(folder: Path, kind: FileKind) -> list[RawFile]:
    """Return the files of a kind, those in different folders included.

    Raises:
        InputError: an archive cannot be used.
    """
    columns = (*kind.required, *kind.optional)
    return [converted(file, columns) for file in find_files(folder, kind.pattern, by_name=False)]


def require_interactions(folder: Path, where: object) -> list[RawFile]:
    """Return the files of interactions.

    Raises:
        InputError: there is none, or an archive cannot be used.
    """
    files = find(folder, INTERACTIONS)
    if not files:
        raise InputError.at(
            "there is no interactions.csv or interactions.parquet",
            file=where,
            remedy="give a folder or a zip that holds one; its columns are in docs/data-formats.md",
        )
    return files


def read(file: RawFile, kind: FileKind) -> pl.DataFrame:
    """Read one file of a kind as text.

    Raises:
        InputError: it cannot be used.
    """
    reader = read_parquet if file.name.endswith(".parquet") else read_text
    return reader(file, [*kind.required], [*kind.optional])
