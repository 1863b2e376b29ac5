"""The columns that a raw file names: those that are wanted must be there, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from script_shared.errors import InputError


def check_names(found: Sequence[str], required: Sequence[str], optional: Sequence[str], file: str) -> None:
    """Check the names of a file's columns.

    Raises:
        InputError: a required column is missing, or a wanted one is named twice.
    """
    for column in (*required, *optional):
        if found.count(column) > 1:
            raise _error("the column is named twice", file, column, "leave one of the two out")
    for column in required:
        if column not in found:
            raise _error(
                "the column is missing", file, column, _advise(found, column, (*required, *optional))
            )


def _advise(found: Sequence[str], column: str, wanted: Sequence[str]) -> str:
    """Name the column that may be meant by another name, or else all that are needed."""
    others = {_plain(name): name for name in found if name not in wanted}
    near = get_close_matches(_plain(column), list(others), 1, 0.75)
    if near:
        return f"if {others[near[0]]!r} is what is meant, rename it to {column!r}"
    return f"the header must name {', '.join(wanted)}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _error(what: str, file: str, column: str, remedy: str) -> InputError:
    return InputError.at(what, file=file, row=1, field=column, remedy=remedy)
