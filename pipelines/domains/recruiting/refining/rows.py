"""Validates the rows of one kind and converts their columns, whatever file they come from."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.recruiting import columns
from pipelines.domains.recruiting.validation.rejection_reasons import NOT_A_FLAG, NOT_TEXT
from pipelines.formats.mojibake import repair_mojibake
from pipelines.formats.raw_table import BROKEN_LINE, FILE, NULLS, ROW, UNREADABLE
from pipelines.formats.timestamps import TIMESTAMP, select_time
from pipelines.validation import rules
from pipelines.validation.row_filter import RowFilter
from pipelines.validation.rules import Rule

#: Stands in a raw column for a list or an object.
NESTED = BROKEN_LINE
#: The longest code: an id is a code with a prefix.
MAX_CODE_LENGTH = 240
#: Dates that mean an unknown one: zeros, and the day before or of 1970, which systems write for zero.
_UNKNOWN_DATE = (
    r"^\s*(?:0+[-/]0+[-/]0+|31[-/]12[-/]1969|1969-12-31|0?1[-/]0?1[-/]1970|1970-01-01)(?:[ T].*)?$"
)
#: What flags may say, in lower case.
_TRUE, _FALSE = ("true", "1", "sim", "s", "yes", "y"), ("false", "0", "não", "nao", "n", "no")


def nullify_unknown_dates(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Set dates that mean an unknown one to null, before the columns of times are parsed."""
    times = pl.col(columns.TIMES[kind])
    return frame.with_columns(pl.when(~times.str.contains(_UNKNOWN_DATE)).then(times).name.keep())


def validate_rows(
    frame: pl.DataFrame, kind: str, shape_rules: Sequence[Rule], row_filter: RowFilter, file: str
) -> pl.DataFrame:
    """Return the valid rows of a file with converted columns; every other row is quarantined.

    Args:
        frame: FILE, ROW, the columns of the kind as text, those that `parse_times` adds for its times, and
            OVERFLOW.
        kind: one of `columns.REQUIRED`.
        shape_rules: rules for whole rows, which depend on the format of the file.
        row_filter: counts and keeps the rejected rows and the changed values.
        file: the file's name.

    Returns:
        FILE, ROW and the columns of the kind: codes and texts without surrounding blanks and never empty,
        times as timestamps, flags as booleans.

    Raises:
        InputError: most rows are rejected.
    """
    keys = pl.col(columns.KEYS[kind]).str.strip_chars()
    frame = frame.with_columns(pl.when(~keys.is_in(NULLS)).then(keys).name.keep())
    valid = row_filter.filter_file(frame, [*shape_rules, *_list_required_rules(kind)], file)
    valid = row_filter.nullify_values(valid, _list_optional_rules(kind))
    texts = columns.list_texts(kind)
    return _clean_texts(valid, texts, row_filter).select(
        *(FILE, ROW, *columns.KEYS[kind]),
        *(select_time(name) for name in columns.TIMES[kind]),
        *(_fold_flag(name).is_in(_TRUE).alias(name) for name in columns.FLAGS[kind]),
        *texts,
    )


def make_empty_rows(kind: str) -> pl.DataFrame:
    """Return no rows of a kind, with the columns that `validate_rows` returns."""
    texts = pl.String()
    schema: dict[str, pl.DataType] = {FILE: texts, ROW: pl.UInt32()}
    schema.update(dict.fromkeys(columns.KEYS[kind], texts))
    schema.update(dict.fromkeys(columns.TIMES[kind], TIMESTAMP))
    schema.update(dict.fromkeys(columns.FLAGS[kind], pl.Boolean()))
    schema.update(dict.fromkeys(columns.list_texts(kind), texts))
    return pl.DataFrame(schema=schema)


def _list_required_rules(kind: str) -> list[Rule]:
    required = columns.REQUIRED[kind]
    checks = [_forbid_nested(name) for name in required]
    for name in columns.KEYS[kind]:
        checks += [*rules.require_id(name, MAX_CODE_LENGTH), rules.forbid_control_characters(name)]
    for name in set(columns.TIMES[kind]) & set(required):
        checks += [rules.require_value(name), *rules.check_time(name)]
    return checks


def _list_optional_rules(kind: str) -> list[Rule]:
    optional = columns.OPTIONAL[kind]
    checks = [_forbid_nested(name) for name in optional]
    checks += [rule for name in columns.TIMES[kind] if name in optional for rule in rules.check_time(name)]
    return checks + [
        Rule(NOT_A_FLAG, name, ~_fold_flag(name).is_in(["", *_TRUE, *_FALSE])) for name in columns.FLAGS[kind]
    ]


def _forbid_nested(name: str) -> Rule:
    return Rule(NOT_TEXT, name, pl.col(name) == NESTED)


def _fold_flag(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(text != "").then(text)


def _clean_texts(frame: pl.DataFrame, texts: Sequence[str], row_filter: RowFilter) -> pl.DataFrame:
    """Remove surrounding blanks, replace unreadable bytes, and repair texts in a wrong encoding."""
    for name in texts:
        text = frame[name].str.strip_chars()
        unreadable = int(text.str.contains(UNREADABLE, literal=True).sum())
        row_filter.count_change(f"{name} with bytes that are not UTF-8, which were replaced", unreadable)
        text = text.str.replace_all(UNREADABLE, "\ufffd", literal=True) if unreadable else text
        repaired, count = repair_mojibake(text)
        row_filter.count_change(f"{name} read again as UTF-8", count)
        frame = frame.with_columns(repaired.replace("", None).alias(name))
    return frame
