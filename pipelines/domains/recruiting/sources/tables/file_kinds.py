"""The kinds of files of the source `tables` and their columns, as docs/data-formats.md lists them."""

from __future__ import annotations

import re

from pipelines.domains.recruiting.columns import APPLICANTS, APPLICATIONS, OPENINGS, OPTIONAL, REQUIRED
from pipelines.ingest.file_kinds import FileKind

#: Without `.json`, which the files of the source `decision` have.
_EXTENSION = r"\.(?:(?:csv|tsv|jsonl|ndjson)(?:\.gz|\.zst)?|parquet)"


def _make_kind(name: str, table: str) -> FileKind:
    pattern = re.compile(rf"(?:[^/]+/)*{name}[^/]*(?:/part-[^/]*)?{_EXTENSION}")
    return FileKind(name, pattern, REQUIRED[name], OPTIONAL[name], table)


KINDS = (
    _make_kind(APPLICATIONS, "interactions"),
    _make_kind(OPENINGS, "items"),
    _make_kind(APPLICANTS, "items"),
)
