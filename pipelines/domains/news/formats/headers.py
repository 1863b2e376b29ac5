"""The columns that a raw file names: those that are wanted must be there, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

from script_shared.errors import InputError


def check_names(
    found: Sequence[str],
    required: Sequence[str],
    optional: Sequence[str],
    file: str,
    *,
    can_map: bool = False,
) -> None:
    """Check the names of a file's columns.

    Args:
        found: the names.
        required: those that must be among them.
        optional: those that may be.
        file: the file's name.
        can_map: whether the option `map` can name a column.

    Raises:
        InputError: a required column is missing, or a wanted one is named twice.
    """
    for column in (*required, *optional):
        if found.count(column) > 1:
            raise _error("the column is named twice", file, column, "leave one of the two out")
    for column in required:
        if column not in found:
            raise _error(
                "the column is missing", file, column, _advise(found, column, (*required, *optional), can_map)
            )


def _advise(found: Sequence[str], column: str, wanted: Sequence[str], can_map: bool) -> str:
    """Name the column that may be meant by another name, or else all that are needed."""
    others = {_plain(name): name for name in found if name not in wanted}
    near = get_close_matches(_plain(column), list(others), 1, 0.75)
    if near:
        set_map = f", or set --map {column}={others[near[0]]}" if can_map else ""
        return f"if {others[near[0]]!r} is what is meant, rename it to {column!r}{set_map}"
    set_map = f", or --map {column}=… must name a column of the file" if can_map else ""
    return f"the header must name {', '.join(wanted)}{set_map}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _error(what: str, file: str, column: str, remedy: str) -> InputError:
    return InputError.at(what, file=file, row=1, field=column, remedy=remedy)
