"""`manchete.toml`, the options of the source `tables` beside its files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.domains.news.sources.tables.options import TableOptions
from pipelines.ingest.source_options import CONFIG_FILE
from script_shared.errors import InputError


def read_config(folder: Path) -> TableOptions:
    """Return the options of a folder's file; the defaults where there is none.

    Raises:
        InputError: the file is no TOML, an option is not known, or its value cannot be used.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        return TableOptions()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise InputError.at(
            f"the file is not TOML ({cause})",
            file=path,
            remedy="correct it, or write it with inspect --write-config",
        ) from cause
    return TableOptions().updated(values, str(path))


def write_config(path: Path, options: TableOptions, suggestions: Sequence[str] = ()) -> None:
    """Write options as TOML; those that have their default are left out.

    Args:
        path: the file.
        options: what is set.
        suggestions: lines of TOML that are written as comments.
    """
    lines = ["# How the files beside this one are read; docs/data-formats.md describes each key."]
    lines += [f"{name} = {_toml(value)}" for name, value in changed(options).items()]
    lines += [f"# {line}" for line in suggestions]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def changed(options: TableOptions) -> dict[str, Any]:
    """Return the options that do not have their default, by name."""
    default = TableOptions()
    named = {name: (getattr(options, name), getattr(default, name)) for name in TableOptions.__slots__}
    return {name: value for name, (value, usual) in named.items() if value != usual}


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(name)} = {_toml(each)}" for name, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
