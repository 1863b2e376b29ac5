"""Reads files of items: one row per article."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.validation.rejection_reasons import CONTROL_CHARACTER, REPEATED_ITEM
from pipelines.formats.raw_table import FILE, NULLS, ROW
from pipelines.formats.timestamps import select_time
from pipelines.table_files.ids import describe_ids
from pipelines.table_files.table_file import TableFile
from pipelines.table_files.time_column import parse_time_column
from pipelines.validation import rules
from pipelines.validation.row_filter import RowFilter

TEXT_COLUMNS = ("title", "body", "url", "category", "region")
RULES = (
    rules.require_json_object(),
    rules.forbid_extra_fields(),
    *rules.require_id("item_id"),
    rules.forbid_control_characters("item_id", CONTROL_CHARACTER),
)
OPTIONAL_RULES = (*rules.check_time("published_at"), *(rules.require_utf8(name) for name in TEXT_COLUMNS))
#: The last row of an item in the last file counts.
LAST_ROW = rules.Rule(REPEATED_ITEM, "item_id", ~pl.col("item_id").is_last_distinct())


def read_items(files: Sequence[TableFile], row_filter: RowFilter) -> pl.DataFrame:
    """Return the valid rows of all files, with file, row number and parsed `published_at`."""
    empty = pl.DataFrame(schema=dict.fromkeys((FILE, "item_id", "category", "region"), pl.String()))
    return pl.concat([_read_file(file, row_filter) for file in files] or [empty])


def refine_items(rows: pl.DataFrame, row_filter: RowFilter) -> pl.DataFrame:
    """Return the refined items: the last row of each, with converted types.

    Args:
        rows: the result of `read_items`.
        row_filter: keeps the earlier rows.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={"item_id": pl.String})
    items = row_filter.filter_rows(rows, [LAST_ROW]).drop(FILE, ROW)
    texts = pl.col(*TEXT_COLUMNS)
    return items.select(
        "item_id",
        select_time("published_at"),
        pl.when(texts.str.strip_chars() != "").then(texts).name.keep(),
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )


def _read_file(file: TableFile, row_filter: RowFilter) -> pl.DataFrame:
    item = pl.col("item_id")
    frame = file.read().with_columns(pl.when(~item.is_in(NULLS)).then(item).alias("item_id"))
    file.facts["item_id"] = describe_ids(frame["item_id"])
    valid = row_filter.filter_file(frame, RULES, file.file.name)
    parsed = parse_time_column(valid, "published_at", file, row_filter)
    return row_filter.nullify_values(parsed, OPTIONAL_RULES)
