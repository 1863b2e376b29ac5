"""What was detected of a folder's files, as options that can be written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from pipelines.domains.news.formats.timestamps import DAY_FIRST, MONTH_FIRST
from pipelines.domains.news.sources.tables.dialect import SEPARATORS
from pipelines.domains.news.sources.tables.files import INTERACTIONS
from pipelines.domains.news.sources.tables.options import TableOptions
from pipelines.domains.news.sources.tables.readers import suspicious_readers
from pipelines.plan import Refinement

_CODES = {name: separator for separator, name in SEPARATORS.items()} | {"comma": ","}


def detected_options(options: TableOptions, facts: Mapping[str, Mapping[str, str]]) -> TableOptions:
    """Return the options with what all files have in common.

    Args:
        options: what was set.
        facts: by file, what was detected.
    """
    separators, encodings, times = (_distinct(facts, name) for name in ("separator", "encoding", "timestamp"))
    times |= _distinct(facts, "published_at") - {"none"}
    orders = {order for order in (DAY_FIRST, MONTH_FIRST) if any(text.startswith(order) for text in times)}
    found: dict[str, Any] = {}
    if options.separator is None and len(separators) == 1:
        name = next(iter(separators))
        found["separator"] = _CODES.get(name, name)
    if options.encoding is None and len(encodings) == 1:
        found["encoding"] = next(iter(encodings))
    if options.time_format is None and len(orders) == 1:
        found["time_format"] = next(iter(orders))
    return replace(options, **found)


def suggestions(refinement: Refinement | None, columns: Sequence[str]) -> list[str]:
    """Return lines of TOML that a person has to decide on.

    Args:
        refinement: None where the files were refused.
        columns: the names of all columns of the files.
    """
    if refinement is not None:
        return [f'anonymous = ["{user_id}"]' for user_id, _ in suspicious_readers(refinement.tables)]
    missing = [column for column in INTERACTIONS.required if column not in columns]
    others = {name.lower().replace("_", ""): name for name in columns if name not in INTERACTIONS.columns}
    near = {column: get_close_matches(column.replace("_", ""), list(others), 1, 0.5) for column in missing}
    pairs = ", ".join(f'{column} = "{others[found[0]] if found else "…"}"' for column, found in near.items())
    return [f"map = {{{pairs}}}"] if pairs else []


def _distinct(facts: Mapping[str, Mapping[str, str]], name: str) -> set[str]:
    return {each[name] for each in facts.values() if name in each}
