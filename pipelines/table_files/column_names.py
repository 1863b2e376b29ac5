"""Normalizes the column names of a file to the documented ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.ingest.file_kinds import FileKind

#: Appended to a column whose documented name the option `map` gives to another column.
_REPLACED = " (replaced by map)"


def normalize_names(names: Sequence[str], kind: FileKind, mapping: Mapping[str, str]) -> list[str]:
    """Replace the names of documented columns by their documented spelling; other names stay.

    Case and surrounding blanks are ignored, unless the file has columns in both spellings.

    Args:
        names: the file's column names.
        kind: the kind of the file, with the documented columns.
        mapping: the file's name of a column, by documented name.
    """
    by_name = {name.strip().lower(): column for column, name in mapping.items()}
    mapped = {by_name[_fold(name)] for name in names if _fold(name) in by_name}
    documented = {column.lower(): column for column in kind.columns}
    return [_normalize(name, names, by_name, mapped, documented) for name in names]


def _normalize(
    name: str,
    names: Sequence[str],
    by_name: Mapping[str, str],
    mapped: set[str],
    documented: Mapping[str, str],
) -> str:
    folded = _fold(name)
    if folded in by_name:
        return by_name[folded]
    column = documented.get(folded)
    if column in mapped:
        return name + _REPLACED
    if column is None or (name != column and column in names):
        return name
    return column


def find_mapped_columns(names: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the part of the mapping whose columns are in a file."""
    folded = {_fold(name) for name in names}
    return {column: name for column, name in mapping.items() if _fold(name) in folded}


def _fold(name: str) -> str:
    return name.strip().lower()
