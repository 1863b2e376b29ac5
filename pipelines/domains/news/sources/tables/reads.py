"""Reads files of interactions: one row per read."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.sources.tables.readers import nullify_placeholders
from pipelines.domains.news.validation.rejection_reasons import CONTROL_CHARACTER, UNKNOWN_USER_TYPE
from pipelines.formats.raw_table import FILE, NULLS, ROW
from pipelines.formats.timestamps import lacks_offset, select_time
from pipelines.table_files.ids import describe_ids
from pipelines.table_files.table_file import TableFile
from pipelines.table_files.time_column import parse_time_column
from pipelines.validation import rules
from pipelines.validation.row_filter import RowFilter

MEASURES = ("clicks", "seconds", "scroll", "visits")
TEXT_COLUMNS = ("session_id", "region", "device", "referrer")
#: The user type by its spelling in lower case.
USER_TYPES = {"logged": "Logged", "non-logged": "Non-Logged"}

_DECIMAL_COMMA = r"^\s*-?\d+,\d+\s*$"
_USER_TYPE = pl.col("user_type").str.strip_chars().str.to_lowercase()
RULES = (
    rules.require_json_object(),
    rules.forbid_extra_fields(),
    rules.require_utf8("user_id"),
    rules.limit_id_length("user_id"),
    rules.forbid_control_characters("user_id", CONTROL_CHARACTER),
    *rules.require_id("item_id"),
    rules.forbid_control_characters("item_id", CONTROL_CHARACTER),
    rules.require_value("timestamp"),
    *rules.check_time("timestamp"),
)
OPTIONAL_RULES = (
    *(rules.require_utf8(name) for name in ("user_type", *TEXT_COLUMNS)),
    *(rules.forbid_control_characters(name, CONTROL_CHARACTER) for name in ("region", "device")),
    rules.Rule(UNKNOWN_USER_TYPE, "user_type", ~_USER_TYPE.is_in(["", *USER_TYPES])),
    *(rule for name in MEASURES for rule in rules.check_measure(name)),
)
#: A column of the reads: whether the time was written without an offset from UTC.
LACKS_OFFSET = "(no offset)"


def read_interactions(files: Sequence[TableFile], row_filter: RowFilter) -> pl.DataFrame:
    """Return the valid reads of all files, with file, row number and LACKS_OFFSET.

    `user_id` is null for reads without a reader.
    """
    return pl.concat(_convert_types(_read_file(file, row_filter)) for file in files)


def _read_file(file: TableFile, row_filter: RowFilter) -> pl.DataFrame:
    frame = nullify_placeholders(file.read(), file.options.anonymous)
    item = pl.col("item_id")
    frame = frame.with_columns(pl.when(~item.is_in(NULLS)).then(item).alias("item_id"))
    for name in ("user_id", "item_id"):
        file.facts[name] = describe_ids(frame[name])
    frame = _convert_decimal_commas(frame, file, row_filter)
    parsed = parse_time_column(frame, "timestamp", file, row_filter)
    valid = row_filter.filter_file(parsed, RULES, file.file.name)
    return row_filter.nullify_values(valid, OPTIONAL_RULES)


def _convert_decimal_commas(frame: pl.DataFrame, file: TableFile, row_filter: RowFilter) -> pl.DataFrame:
    """Replace the decimal commas of measures by points, in files that are not separated by commas."""
    if file.facts.get("separator", "comma") == "comma":
        return frame
    measures = pl.col(*MEASURES)
    has_comma = measures.str.contains(_DECIMAL_COMMA)
    for name, count in frame.select(has_comma.sum()).row(0, named=True).items():
        row_filter.count_change(f"{name} written with a decimal comma", count or 0)
    with_point = measures.str.replace(",", ".", literal=True)
    return frame.with_columns(pl.when(has_comma).then(with_point).otherwise(measures))


def _convert_types(reads: pl.DataFrame) -> pl.DataFrame:
    texts = pl.col(*TEXT_COLUMNS)
    return reads.select(
        *(FILE, ROW, "user_id", "item_id"),
        select_time("timestamp"),
        pl.when(texts.str.strip_chars() != "").then(texts).name.keep(),
        _USER_TYPE.replace_strict(USER_TYPES, default=None, return_dtype=pl.String).alias("user_type"),
        pl.col(*MEASURES).cast(pl.Float64).cast(pl.Float32),
        lacks_offset("timestamp").alias(LACKS_OFFSET),
    )


def select_newest_types(reads: pl.DataFrame) -> pl.DataFrame:
    """Return `user_id` and `user_type`, the newest known type of each reader."""
    known = reads.filter(pl.col("user_type").is_not_null())
    newest = pl.col("user_type").sort_by("timestamp", maintain_order=True).last()
    return known.group_by("user_id").agg(newest)
