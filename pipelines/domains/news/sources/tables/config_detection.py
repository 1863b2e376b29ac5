"""Derives options from what was detected in the files of a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pipelines.domains.news.sources.tables.file_kinds import INTERACTIONS
from pipelines.domains.news.sources.tables.options import TableOptions
from pipelines.domains.news.sources.tables.readers import find_suspicious_readers
from pipelines.formats.csv_dialect import SEPARATORS
from pipelines.formats.timestamps import DAY_FIRST, MONTH_FIRST
from pipelines.plan import Refinement

_SEPARATORS_BY_NAME = {name: separator for separator, name in SEPARATORS.items()} | {"comma": ","}


def detect_options(options: TableOptions, facts: Mapping[str, Mapping[str, str]]) -> TableOptions:
    """Complete the options with the values that were detected in all files alike.

    Args:
        options: the options that were set.
        facts: what was detected, by file and topic.
    """
    names = ("separator", "encoding", "timestamp")
    separators, encodings, times = (_distinct_values(facts, name) for name in names)
    times |= _distinct_values(facts, "published_at") - {"none"}
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


def suggest_options(refinement: Refinement | None, columns: Sequence[str]) -> list[str]:
    """Return lines of TOML with options that need the user's decision.

    Args:
        refinement: the refined files; None if they were refused.
        columns: the names of all columns of the files.
    """
    if refinement is not None:
        return [f'anonymous = ["{user_id}"]' for user_id, _ in find_suspicious_readers(refinement.tables)]
    missing = [column for column in INTERACTIONS.required if column not in columns]
    others = {name.lower().replace("_", ""): name for name in columns if name not in INTERACTIONS.columns}
    similar = {column: get_close_matches(column.replace("_", ""), list(others), 1, 0.5) for column in missing}
    names = {column: others[matches[0]] if matches else "…" for column, matches in similar.items()}
    pairs = ", ".join(f'{column} = "{name}"' for column, name in names.items())
    return [f"map = {{{pairs}}}"] if pairs else []


def _distinct_values(facts: Mapping[str, Mapping[str, str]], topic: str) -> set[str]:
    return {by_topic[topic] for by_topic in facts.values() if topic in by_topic}
