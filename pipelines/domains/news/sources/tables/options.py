"""What can be set of the source `tables`: on the command line, in a DAG's parameters or in a file."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

import polars as pl

from pipelines.domains.news.formats.timestamps import DAY_FIRST, MONTH_FIRST
from pipelines.ingest.file_kinds import FileKind
from script_shared.errors import InputError

#: Names of separators that a command line cannot easily carry.
_SEPARATORS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True, slots=True)
class TableOptions:
    """How the files are to be read; what is None or empty is detected for each file.

    Attributes:
        map: by our name of a column, the files' name of it; our name may begin with `reads.` or `items.`.
        time_format: a strptime format, or DAY_FIRST or MONTH_FIRST.
        time_zone: IANA name of the zone of times that are written without one.
        anonymous: reader ids that stand for no reader.
        separator: between the fields of a delimited file.
        encoding: of a text file.
    """

    map: Mapping[str, str] = field(default_factory=dict)
    time_format: str | None = None
    time_zone: str = "UTC"
    anonymous: tuple[str, ...] = ()
    separator: str | None = None
    encoding: str | None = None

    def updated(self, values: Mapping[str, Any], where: str) -> TableOptions:
        """Return the options with values that were set; texts are parsed, null and empty ones change nothing.

        Args:
            values: by name of the option, as `manchete.toml` or a command line gives them.
            where: named in errors.

        Raises:
            InputError: an option is not known, or its value cannot be used.
        """
        known = [each.name for each in fields(self)]
        for name in values:
            if name not in known:
                near = get_close_matches(name, known, 1, 0.5)
                remedy = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"
                raise InputError(f"there is no option {name!r}", where=where, remedy=remedy)
        given: dict[str, Any] = {
            name: _PARSERS[name](value, where)
            for name, value in values.items()
            if value not in (None, "", [], {})
        }
        return replace(self, **given)

    def names_of(self, kind: FileKind) -> dict[str, str]:
        """Return, by our name of a column, the name that files of a kind have for it."""
        prefix = f"{kind.name}."
        plain = {name: other for name, other in self.map.items() if name in kind.columns}
        return plain | {
            name.removeprefix(prefix): other for name, other in self.map.items() if name.startswith(prefix)
        }

    def check_map(self, kinds: tuple[FileKind, ...]) -> None:
        """Check that `map` names columns of the kinds.

        Raises:
            InputError: it names another column; the nearest is named.
        """
        known = [column for kind in kinds for column in kind.columns]
        known += [f"{kind.name}.{column}" for kind in kinds for column in kind.columns]
        for kind in kinds:
            theirs = list(self.names_of(kind).values())
            for name in theirs:
                if theirs.count(name) > 1:
                    raise InputError(
                        f"map takes two columns from {name!r}", where="map", remedy="leave one of the two out"
                    )
        for name in self.map:
            if name not in known:
                near = get_close_matches(name, known, 1, 0.5)
                remedy = f"did you mean {near[0]!r}?" if near else "use a column of docs/data-formats.md"
                raise InputError(f"map names a column {name!r} that there is not", where="map", remedy=remedy)


def _map(value: object, where: str) -> dict[str, str]:
    if isinstance(value, str):
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if all(equals and ours.strip() and theirs.strip() for ours, equals, theirs in pairs):
            return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}
    elif isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
        return dict(value)
    raise _unusable(
        "map", value, where, "write map as user_id=userId,timestamp=ts, or as a TOML table of texts"
    )


def _time_format(value: object, where: str) -> str:
    if isinstance(value, str) and (value in (DAY_FIRST, MONTH_FIRST) or _is_format(value)):
        return value
    remedy = f"write {DAY_FIRST}, {MONTH_FIRST} or a format such as %d/%m/%Y %H:%M"
    raise _unusable("time_format", value, where, remedy)


def _is_format(value: str) -> bool:
    """Return whether a strptime format gives a date back."""
    moment = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    if "%" not in value:
        return False
    try:
        text = pl.Series([moment.strftime(value)])
        return text.str.to_datetime(value, strict=False).dt.date().to_list() == [moment.date()]
    except (ValueError, pl.exceptions.PolarsError):
        return False


def _time_zone(value: object, where: str) -> str:
    try:
        pl.Series([0]).cast(pl.Datetime("ms")).dt.replace_time_zone(str(value))
    except pl.exceptions.PolarsError as error:
        remedy = "write an IANA name such as America/Sao_Paulo"
        raise _unusable("time_zone", value, where, remedy) from error
    return str(value)


def _anonymous(value: object, where: str) -> tuple[str, ...]:
    values = value.split(",") if isinstance(value, str) else value
    if isinstance(values, list | tuple) and all(isinstance(each, str | int) for each in values):
        return tuple(str(each).strip() for each in values)
    raise _unusable("anonymous", value, where, 'write ids separated by commas, or a list such as ["0", "-1"]')


def _separator(value: object, where: str) -> str:
    text = _SEPARATORS.get(str(value), str(value))
    if len(text) == 1 and text not in '"\r\n' and not text.isalnum() and text.isascii():
        return text
    raise _unusable("separator", value, where, "write one character, or tab")


def _encoding(value: object, where: str) -> str:
    try:
        found = codecs.lookup(str(value))
        "".encode(found.name)
    except (LookupError, ValueError) as error:
        raise _unusable("encoding", value, where, "write a name such as utf-8, cp1252 or utf-16") from error
    return found.name


def _unusable(name: str, value: object, where: str, remedy: str) -> InputError:
    return InputError(f"{name} cannot be {value!r}", where=where, remedy=remedy)


_PARSERS = {
    "map": _map,
    "time_format": _time_format,
    "time_zone": _time_zone,
    "anonymous": _anonymous,
    "separator": _separator,
    "encoding": _encoding,
}
