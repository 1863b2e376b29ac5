"""The two kinds of files and what their columns are; the documentation lists the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipelines.domains.news.formats.csv_text import read_header, read_text
from pipelines.domains.news.formats.headers import check_names
from pipelines.domains.news.formats.parquet import read_parquet, read_parquet_names
from pipelines.domains.news.sources.tables.column_names import mapped_columns, spell
from pipelines.domains.news.sources.tables.dialect import SEPARATORS, convert, detect
from pipelines.domains.news.sources.tables.json_lines import read_json_lines, read_json_names
from pipelines.domains.news.sources.tables.options import TableOptions
from pipelines.ingest.compression import CODECS, decompress, find_codec
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile, find_files
from script_shared.errors import InputError

_TIME = "ISO 8601, UTC unless it says otherwise, or milliseconds since 1970"
#: Endings of files: their format, and how they may be compressed.
_ENDING = r"\.(?:(?:csv|tsv|jsonl|ndjson|json)(?:\.gz|\.zst)?|parquet)"
_JSON = (".jsonl", ".ndjson", ".json")

INTERACTIONS = FileKind(
    name="reads",
    pattern=re.compile(r"(?:[^/]+/)*interactions[^/]*(?:/part-[^/]*)?" + _ENDING),
    required={
        "user_id": "the reader: 1 to 256 characters, or a number; empty where nobody is known",
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
    pattern=re.compile(r"(?:[^/]+/)*items[^/]*(?:/part-[^/]*)?" + _ENDING),
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
    """Return the files of a kind, those in different folders included; compressed copies of others are not.

    Raises:
        InputError: an archive cannot be used.
    """
    files = find_files(folder, kind.pattern, by_name=False)
    names = {file.name for file in files}
    return [file for file in files if (plain := plain_name(file.name)) == file.name or plain not in names]


def plain_name(name: str) -> str:
    """Return a file's name without the ending of its compression."""
    return name.removesuffix(next((ending for ending in CODECS if name.endswith(ending)), ""))


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


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of reads or items, and how it is to be read.

    Attributes:
        file: where it is.
        kind: what its rows are.
        options: what is known of the form.
        facts: what was detected, in words; filled while the file is read.
        mapped: by our name, the names of columns that the option `map` took; filled in the same way.
    """

    file: RawFile
    kind: FileKind
    options: TableOptions
    facts: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the names of the columns, spelled as the format documents them.

        Raises:
            InputError: the file cannot be read.
        """
        contents = self._contents()
        if self._format == "Parquet":
            found = read_parquet_names(contents, self.file.name)
        elif self._format == "JSON Lines":
            found = read_json_names(contents, self.file.name)
        else:
            return read_header(self._as_csv(contents), self.file.name)
        return self._spell(found)

    def read(self) -> pl.DataFrame:
        """Return the file's columns as text; see `read_text`.

        Raises:
            InputError: the file cannot be used.
        """
        contents = self._contents()
        wanted = [*self.kind.required], [*self.kind.optional]
        if self._format == "Parquet":
            return read_parquet(self._loaded(contents), *wanted, self._spell_and_check)
        if self._format == "JSON Lines":
            return read_json_lines(self._loaded(contents), *wanted, self._spell_and_check)
        text = self._as_csv(contents)
        self._check(read_header(text, self.file.name))
        return read_text(self._loaded(text), *wanted)

    @property
    def _format(self) -> str:
        name = plain_name(self.file.name)
        if name.endswith(".parquet"):
            return "Parquet"
        return "JSON Lines" if name.endswith(_JSON) else "delimited text"

    def _contents(self) -> bytes:
        contents, codec = self.file.load(), find_codec(self.file.name)
        self.facts["format"] = f"{self._format}, {codec}" if codec else self._format
        return decompress(contents, codec, self.file.name) if codec else contents

    def _as_csv(self, contents: bytes) -> bytes:
        dialect = detect(contents, self.options.separator, self.options.encoding)
        name = SEPARATORS.get(dialect.separator, dialect.separator)
        self.facts["separator"] = "comma" if name == "," else name
        self.facts["encoding"] = dialect.encoding
        return convert(contents, dialect, self._spell)

    def _spell(self, names: Sequence[str]) -> list[str]:
        mapped = self.options.names_of(self.kind)
        if used := mapped_columns(names, mapped):
            self.mapped.update(used)
            self.facts["mapped"] = ", ".join(f"{ours}={theirs}" for ours, theirs in used.items())
        return spell(names, self.kind, mapped)

    def _spell_and_check(self, names: Sequence[str]) -> list[str]:
        spelled = self._spell(names)
        self._check(spelled)
        return spelled

    def _check(self, names: Sequence[str]) -> None:
        check_names(names, [*self.kind.required], [*self.kind.optional], self.file.name, can_map=True)

    def _loaded(self, contents: bytes) -> RawFile:
        return replace(self.file, load=partial(bytes, contents))
