"""Reads one file of a documented table in any supported format as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl

from pipelines.formats.csv_dialect import SEPARATORS, convert_to_csv, detect_dialect
from pipelines.formats.csv_text import read_csv, read_header
from pipelines.formats.headers import check_header
from pipelines.formats.json_lines import read_json_lines, read_json_names
from pipelines.formats.parquet import read_parquet, read_parquet_names
from pipelines.ingest.compression import decompress, find_codec
from pipelines.ingest.file_kinds import FileKind
from pipelines.ingest.raw_files import RawFile
from pipelines.table_files.column_names import find_mapped_columns, normalize_names
from pipelines.table_files.files import strip_compression
from pipelines.table_files.options import TableOptions
from script_shared.errors import InputError

_JSON_EXTENSIONS = (".jsonl", ".ndjson", ".json")


@dataclass(frozen=True, slots=True)
class TableFile:
    """One file of a kind of table.

    Attributes:
        file: the raw file.
        kind: the kind of its rows.
        options: the options of the source.
        facts: what was detected, by topic; filled while the file is read.
        mapped: the file's name of each column that the option `map` found, by our name; filled likewise.
    """

    file: RawFile
    kind: FileKind
    options: TableOptions
    facts: dict[str, str] = field(default_factory=dict)
    mapped: dict[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the normalized names of the columns.

        Raises:
            InputError: the file cannot be read.
        """
        contents = self._load()
        if self._format == "Parquet":
            names = read_parquet_names(contents, self.file.name)
        elif self._format == "JSON Lines":
            names = read_json_names(contents, self.file.name)
        else:
            return read_header(self._convert_to_csv(contents), self.file.name)
        return self._normalize_names(names)

    def read(self) -> pl.DataFrame:
        """Return the file's columns as text; see `read_csv`.

        Raises:
            InputError: the file cannot be used.
        """
        contents = self._load()
        columns = [*self.kind.required], [*self.kind.optional]
        if self._format == "Parquet":
            return read_parquet(self._replace_contents(contents), *columns, self._normalize_header)
        if self._format == "JSON Lines":
            return read_json_lines(self._replace_contents(contents), *columns, self._normalize_header)
        text = self._convert_to_csv(contents)
        self._check_header(read_header(text, self.file.name))
        return read_csv(self._replace_contents(text), *columns)

    @property
    def _format(self) -> str:
        name = strip_compression(self.file.name)
        if name.endswith(".parquet"):
            return "Parquet"
        return "JSON Lines" if name.endswith(_JSON_EXTENSIONS) else "delimited text"

    def _load(self) -> bytes:
        contents, codec = self.file.load(), find_codec(self.file.name)
        self.facts["format"] = f"{self._format}, {codec}" if codec else self._format
        return decompress(contents, codec, self.file.name) if codec else contents

    def _convert_to_csv(self, contents: bytes) -> bytes:
        dialect = detect_dialect(contents, self.options.separator, self.options.encoding)
        name = SEPARATORS.get(dialect.separator, dialect.separator)
        self.facts["separator"] = "comma" if name == "," else name
        self.facts["encoding"] = dialect.encoding
        return convert_to_csv(contents, dialect, self._normalize_names)

    def _normalize_names(self, names: Sequence[str]) -> list[str]:
        mapping = self.options.select_map(self.kind)
        if mapped := find_mapped_columns(names, mapping):
            self.mapped.update(mapped)
            self.facts["mapped"] = ", ".join(f"{column}={name}" for column, name in mapped.items())
        return normalize_names(names, self.kind, mapping)

    def _normalize_header(self, names: Sequence[str]) -> list[str]:
        normalized = self._normalize_names(names)
        self._check_header(normalized)
        return normalized

    def _check_header(self, names: Sequence[str]) -> None:
        check_header(names, [*self.kind.required], [*self.kind.optional], self.file.name, mappable=True)

    def _replace_contents(self, contents: bytes) -> RawFile:
        return replace(self.file, load=partial(bytes, contents))


def check_mapped_columns(options: TableOptions, files: Sequence[TableFile]) -> None:
    """Check that a file has each column from which the option `map` takes another; the files have been read.

    Raises:
        InputError: no file has such a column.
    """
    mapped = {(file.kind.name, column) for file in files for column in file.mapped}
    kinds = {file.kind.name for file in files}
    for prefixed, name in options.map.items():
        prefix, _, column = prefixed.rpartition(".")
        named = {prefix} if prefix else kinds
        if prefix in ("", *kinds) and not any((kind, column) in mapped for kind in named):
            problem = f"map takes {prefixed!r} from {name!r}, which is no column of any file"
            remedy = "check the name; python -m pipelines inspect lists the columns"
            raise InputError(problem, where="map", remedy=remedy)
