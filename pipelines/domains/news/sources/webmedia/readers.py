"""Reads training files: one row per reader, whose lists become one row per read."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.domains.news.validation.rejection_reasons import UNEQUAL_LENGTHS
from pipelines.formats.csv_text import read_csv
from pipelines.formats.raw_table import FILE, ROW
from pipelines.ingest.raw_files import RawFile
from pipelines.validation import rules
from pipelines.validation.row_filter import RowFilter
from script_shared.clock import MS_PER_SECOND

#: The list columns of a reader's row, and the column of a read for the values of each.
LISTS = {
    "history": "item_id",
    "timestampHistory": "timestamp",
    "numberOfClicksHistory": "clicks",
    "timeOnPageHistory": "seconds",
    "scrollPercentageHistory": "scroll",
    "pageVisitsCountHistory": "visits",
}
MEASURES = tuple(LISTS)[2:]
READER_COLUMNS = ("userId", "userType", "historySize", *LISTS)

_SIZE = pl.col("historySize").cast(pl.Int64, strict=False)
READER_RULES = (
    rules.forbid_extra_fields(),
    *rules.require_id("userId"),
    *(rules.require_utf8(name) for name in ("userType", *LISTS)),
    *rules.require_whole_number("historySize"),
    *(
        rules.Rule(UNEQUAL_LENGTHS, name, pl.col(column).list.len().fill_null(0) != _SIZE)
        for name, column in LISTS.items()
    ),
)
READ_RULES = (
    *rules.require_id("history"),
    *rules.require_milliseconds("timestampHistory"),
    *(rule for name in MEASURES for rule in rules.require_measure(name)),
)


def read_readers_file(
    file: RawFile, row_filters: Mapping[str, RowFilter]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the valid readers of a training file, and their valid reads.

    Args:
        file: the file.
        row_filters: the filters of `readers` and `reads`.

    Returns:
        `user_id` and `user_type`; and the reads with file and row number.
    """
    text = read_csv(file, READER_COLUMNS)
    lists = text.with_columns(pl.col(name).str.split(",").alias(column) for name, column in LISTS.items())
    readers = row_filters["readers"].filter_file(lists, READER_RULES, file.name)
    reads = _explode_lists(readers)
    valid = row_filters["reads"].filter_file(reads, READ_RULES, file.name)
    return readers.select(user_id="userId", user_type="userType"), _convert_types(valid)


def _explode_lists(readers: pl.DataFrame) -> pl.DataFrame:
    columns = list(LISTS.values())
    return (
        readers.filter(pl.col("item_id").list.len() > 0)
        .select(FILE, ROW, "userId", *columns)
        .explode(columns)
        .with_columns(pl.col(columns).str.strip_chars(" "))
        .rename({column: name for name, column in LISTS.items()})
    )


def _convert_types(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.rename({"userId": "user_id", **LISTS}).with_columns(
        # Ids repeat: as categories they take a third less memory until the tables are assembled.
        pl.col("user_id", "item_id").cast(pl.Categorical),
        rules.to_timestamp(pl.col("timestamp")),
        pl.col("clicks", "scroll", "visits").cast(pl.Float32),
        (pl.col("seconds").cast(pl.Float64) / MS_PER_SECOND).cast(pl.Float32),
    )
