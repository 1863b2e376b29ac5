"""Derives options from what was detected in the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pipelines.formats.csv_dialect import SEPARATORS
from pipelines.formats.timestamps import DAY_FIRST, MONTH_FIRST
from pipelines.ingest.file_kinds import FileKind
from pipelines.table_files.options import TableOptions

_SEPARATORS_BY_NAME = {name: separator for separator, name in SEPARATORS.items()} | {"comma": ","}


def detect_options(
    options: TableOptions, facts: Mapping[str, Mapping[str, str]], time_columns: Sequence[str]
) -> TableOptions:
    """Complete the options with the values that were detected in all files alike.

    Args:
        options: the options that were set.
        facts: what was detected, by file and topic.
        time_columns: the columns with times.
    """
    separators, encodings = (_distinct_values(facts, name) for name in ("separator", "encoding"))
    times = {time for name in time_columns for time in _distinct_values(facts, name)}
    orders = {order for order in (DAY_FIRST, MONTH_FIRST) if any(text.startswith(order) for text in times)}
    detected: dict[str, Any] = {}
    if options.separator is None and len(separators) == 1:
        name = next(iter(separators))
        detected["separator"] = _SEPARATORS_BY_NAME.get(name, name)
    if options.encoding is None and len(encodings) == 1:
        detected["encoding"] = next(iter(encodings))
    if options.time_format is None and len(orders) == 1:
        detected["time_format"] = next(iter(orders))
    return replace(options, **detected)


def suggest_map(kind: FileKind, columns: Sequence[str]) -> list[str]:
    """Return lines of TOML for `map` that the user has to complete; none if no required column is missing.

    Args:
        kind: the kind of the files that were refused.
        columns: the names of all columns of the files.
    """
    missing = [column for column in kind.required if column not in columns]
    others = {name.lower().replace("_", ""): name for name in columns if name not in kind.columns}
    similar = {column: get_close_matches(column.replace("_", ""), list(others), 1, 0.5) for column in missing}
    names = {column: others[matches[0]] if matches else "…" for column, matches in similar.items()}
    pairs = ", ".join(f'{column} = "{name}"' for column, name in names.items())
    return [f"map = {{{pairs}}}"] if pairs else []


def _distinct_values(facts: Mapping[str, Mapping[str, str]], topic: str) -> set[str]:
    return {by_topic[topic] for by_topic in facts.values() if topic in by_topic}
