"""Options of the source `tables`, from the command line, a DAG's parameters or `manchete.toml`."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import polars as pl

from pipelines.formats.timestamps import DAY_FIRST, MONTH_FIRST
from pipelines.ingest.file_kinds import FileKind
from script_shared.errors import InputError

#: Names of separators that are awkward to type on a command line.
_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How to read the files; options that are None or empty are detected for each file.

    Attributes:
        map: the files' name of a column, by documented name, optionally prefixed by the name of
            a kind of file and a point, such as `items.`.
        time_format: a strptime format, DAY_FIRST or MONTH_FIRST.
        time_zone: IANA name of the time zone of times without an offset.
        anonymous: user ids that mean "no user".
        separator: the character between the fields of a delimited file.
        encoding: the encoding of a text file.
    """

    map: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None
    time_zone: str = "UTC"
    anonymous: tuple[str, ...] = ()
    separator: str | None = None
    encoding: str | None = None

    def updated(self, values: Mapping[str, Any], where: str) -> TableOptions:
        """Return the options with the given values; texts are parsed, null and empty values are ignored.

        Args:
            values: values by option name, from `manchete.toml` or a command line.
            where: the origin of the values, for errors.

        Raises:
            InputError: an option does not exist, or its value is invalid.
        """
        known = [option.name for option in fields(self)]
        for name in values:
            if name not in known:
                remedy = _suggest_name(name, known, f"use one of {', '.join(known)}")
                raise InputError(f"there is no option {name!r}", where=where, remedy=remedy)
        given = {name: value for name, value in values.items() if value not in (None, "", [], {})}
        parsed: dict[str, Any] = {name: _PARSERS[name](value) for name, value in given.items()}
        for name, value in parsed.items():
            if value is None:
                problem = f"{name} cannot be {given[name]!r}"
                raise InputError(problem, where=where, remedy=_VALUE_REMEDIES[name])
        return replace(self, **parsed)

    def select_map(self, kind: FileKind) -> dict[str, str]:
        """Return the part of `map` for files of a kind; entries with its prefix win."""
        prefix = f"{kind.name}."
        shared = {column: name for column, name in self.map.items() if column in kind.columns}
        prefixed = {column: name for column, name in self.map.items() if column.startswith(prefix)}
        return shared | {column.removeprefix(prefix): name for column, name in prefixed.items()}

    def check_map(self, kinds: tuple[FileKind, ...]) -> None:
        """Check that `map` names documented columns, and takes no two of them from the same column.

        Raises:
            InputError: it does not; the remedy names the most similar column.
        """
        known = [column for kind in kinds for column in kind.columns]
        known += [f"{kind.name}.{column}" for kind in kinds for column in kind.columns]
        for kind in kinds:
            names = list(self.select_map(kind).values())
            for name in names:
                if names.count(name) > 1:
                    problem = f"map takes two columns from {name!r}"
                    raise InputError(problem, where="map", remedy="remove one of the two")
        for column in self.map:
            if column not in known:
                problem = f"map names a column {column!r} that does not exist"
                remedy = _suggest_name(column, known, "use a column of docs/data-formats.md")
                raise InputError(problem, where="map", remedy=remedy)


def _suggest_name(name: str, known: Sequence[str], remedy: str) -> str:
    similar = get_close_matches(name, known, 1, 0.5)
    return f"did you mean {similar[0]!r}?" if similar else remedy


def _parse_map(value: object) -> dict[str, str] | None:
    if isinstance(value, str):
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if all(equals and column.strip() and name.strip() for column, equals, name in pairs):
            return {column.strip(): name.strip() for column, _, name in pairs}
    elif isinstance(value, Mapping) and all(isinstance(name, str) for name in value.values()):
        return dict(value)
    return None


def _parse_time_format(value: object) -> str | None:
    if isinstance(value, str) and (value in (DAY_FIRST, MONTH_FIRST) or _is_date_format(value)):
        return value
    return None


def _is_date_format(value: str) -> bool:
    """Return whether a strptime format keeps the date of a time."""
    time = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    if "%" not in value:
        return False
    try:
        text = pl.Series([time.strftime(value)])
        return text.str.to_datetime(value, strict=False).dt.date().to_list() == [time.date()]
    except (ValueError, pl.exceptions.PolarsError):
        return False


def _parse_time_zone(value: object) -> str | None:
    try:
        pl.Series([0]).cast(pl.Datetime("ms")).dt.replace_time_zone(str(value))
    except pl.exceptions.PolarsError:
        return None
    return str(value)


def _parse_anonymous(value: object) -> tuple[str, ...] | None:
    values = value.split(",") if isinstance(value, str) else value
    if isinstance(values, list | tuple) and all(isinstance(entry, str | int) for entry in values):
        return tuple(str(entry).strip() for entry in values)
    return None


def _parse_separator(value: object) -> str | None:
    text = _SEPARATORS.get(str(value), str(value))
    is_valid = len(text) == 1 and text not in '"\r\n' and not text.isalnum() and text.isascii()
    return text if is_valid else None


def _parse_encoding(value: object) -> str | None:
    try:
        codec = codecs.lookup(str(value))
        "".encode(codec.name)
    except (LookupError, ValueError):
        return None
    return codec.name


#: The function that parses the value of each option; None is an invalid value.
_PARSERS: Mapping[str, Callable[[object], Any]] = {
    "map": _parse_map,
    "time_format": _parse_time_format,
    "time_zone": _parse_time_zone,
    "anonymous": _parse_anonymous,
    "separator": _parse_separator,
    "encoding": _parse_encoding,
}
_VALUE_REMEDIES = {
    "map": "write map as user_id=userId,timestamp=ts, or as a TOML table of texts",
    "time_format": f"write {DAY_FIRST}, {MONTH_FIRST} or a format such as %d/%m/%Y %H:%M",
    "time_zone": "write an IANA name such as America/Sao_Paulo",
    "anonymous": 'write ids separated by commas, or a list such as ["0", "-1"]',
    "separator": "write one character, or tab",
    "encoding": "write a name such as utf-8, cp1252 or utf-16",
}
