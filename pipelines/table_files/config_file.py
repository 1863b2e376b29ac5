"""Reads and writes `manchete.toml`, the options of the source `tables` in the folder of its files."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines.ingest.source_options import CONFIG_FILE
from pipelines.table_files.options import TableOptions
from script_shared.errors import InputError


def read_config(folder: Path) -> TableOptions:
    """Return the options in a folder's file; the defaults if there is no file.

    Raises:
        InputError: the file is not TOML, an option does not exist, or its value is invalid.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        return TableOptions()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        remedy = "correct it, or write it with inspect --write-config"
        raise InputError.at(f"the file is not TOML ({cause})", file=path, remedy=remedy) from cause
    return TableOptions().updated(values, str(path))


def write_config(path: Path, options: TableOptions, suggestions: Sequence[str] = ()) -> None:
    """Write the options that differ from their default as TOML.

    Args:
        path: the file.
        options: the options.
        suggestions: lines of TOML to write as comments.
    """
    lines = ["# Options for the files in this folder; docs/data-formats.md describes each key."]
    lines += [f"{name} = {_format_toml(value)}" for name, value in find_changed_options(options).items()]
    lines += [f"# {line}" for line in suggestions]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def find_changed_options(options: TableOptions) -> dict[str, Any]:
    """Return the options that differ from their default, by name."""
    default = TableOptions()
    values = {name: getattr(options, name) for name in TableOptions.__slots__}
    return {name: value for name, value in values.items() if value != getattr(default, name)}


def _format_toml(value: object) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(name)} = {_format_toml(entry)}" for name, entry in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_format_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
