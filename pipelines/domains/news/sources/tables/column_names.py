"""The names of a file's columns, spelled as the format documents them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.ingest.file_kinds import FileKind

#: Added to a column that has the name of one that the option `map` takes from elsewhere.
_REPLACED = " (replaced by map)"


def spell(names: Sequence[str], kind: FileKind, mapped: Mapping[str, str]) -> list[str]:
    """Return our names of the columns that are ours; others stay as they are.

    Case and blanks around a name do not count, unless the file has both spellings.

    Args:
        names: the file's.
        kind: whose columns are ours.
        mapped: by our name, the name that files have.
    """
    theirs = {other.strip().lower(): ours for ours, other in mapped.items()}
    found = {theirs[_plain(name)] for name in names if _plain(name) in theirs}
    ours = {column.lower(): column for column in kind.columns}
    return [_spell(name, theirs, found, ours, names) for name in names]


def _spell(
    name: str, theirs: Mapping[str, str], found: set[str], ours: Mapping[str, str], names: Sequence[str]
) -> str:
    plain = _plain(name)
    if plain in theirs:
        return theirs[plain]
    known = ours.get(plain)
    if known in found:
        return name + _REPLACED
    if known is None or (name != known and known in names):
        return name
    return known


def mapped_columns(names: Sequence[str], mapped: Mapping[str, str]) -> dict[str, str]:
    """Return those of the mapped columns that a file has."""
    plain = {_plain(name) for name in names}
    return {ours: other for ours, other in mapped.items() if _plain(other) in plain}


def _plain(name: str) -> str:
    return name.strip().lower()
