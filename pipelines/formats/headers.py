"""Checks the column names of a raw file: each required column must occur exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from script_shared.errors import InputError

#: Maps a file's column names to the documented ones.
NormalizeNames = Callable[[Sequence[str]], list[str]]


def check_header(
    names: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str],
    file: str,
    *,
    mappable: bool = False,
) -> None:
    """Check the column names of a file.

    Args:
        names: the column names.
        required: columns that must be among them.
        optional: columns that may be among them.
        file: the file's name, for errors.
        mappable: whether the error may suggest the option `map`.

    Raises:
        InputError: a required column is missing, or a required or optional column occurs twice.
    """
    for column in (*required, *optional):
        if names.count(column) > 1:
            raise _error("the column is named twice", file, column, "remove one of the two")
    for column in required:
        if column not in names:
            remedy = _suggest_remedy(names, column, (*required, *optional), mappable)
            raise _error("the column is missing", file, column, remedy)


def match_columns(
    names: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str],
    file: str,
    normalize_names: NormalizeNames,
) -> dict[str, str]:
    """Return the file's name of each required column and of each optional column that the file has.

    Raises:
        InputError: see `check_header`.
    """
    normalized = normalize_names(names)
    check_header(normalized, required, optional, file)
    present = [column for column in (*required, *optional) if column in normalized]
    return {column: names[normalized.index(column)] for column in present}


def _suggest_remedy(names: Sequence[str], column: str, known: Sequence[str], mappable: bool) -> str:
    """Suggest the column with the most similar name, or else list all known columns."""
    others = {_normalize(name): name for name in names if name not in known}
    similar = get_close_matches(_normalize(column), list(others), 1, 0.75)
    if similar:
        name = others[similar[0]]
        option = f", or set --map {column}={name}" if mappable else ""
        return f"if {name!r} is the same column, rename it to {column!r}{option}"
    option = f", or --map {column}=… must name a column of the file" if mappable else ""
    return f"the header must name {', '.join(known)}{option}"


def _normalize(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _error(problem: str, file: str, column: str, remedy: str) -> InputError:
    return InputError.at(problem, file=file, row=1, field=column, remedy=remedy)
