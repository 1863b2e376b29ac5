"""Readers and their reads: the lists of a row are taken apart, one read a place in them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.domains.news.formats.csv_text import read_text
from pipelines.domains.news.validation.quarantine import FILE, ROW, RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import (
    as_time,
    identifier,
    measure,
    milliseconds,
    readable,
    too_many_fields,
    whole_number,
)
from pipelines.ingest.raw_files import RawFile
from script_shared.clock import MS_PER_SECOND

#: The lists of a reader's row, and what a value of each is called in a read.
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
    too_many_fields(),
    *identifier("userId"),
    *(readable(name) for name in ("userType", *LISTS)),
    *whole_number("historySize"),
    *(
        Rule(RejectionReason.LENGTHS, name, pl.col(column).list.len().fill_null(0) != _SIZE)
        for name, column in LISTS.items()
    ),
)
READ_RULES = (
    *identifier("history"),
    *milliseconds("timestampHistory"),
    *(rule for name in MEASURES for rule in measure(name)),
)


def read_readers(file: RawFile, sieves: Mapping[str, RowFilter]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the sound readers of one file, and their sound reads.

    Args:
        file: one of the training files.
        sieves: those of `readers` and `reads`.

    Returns:
        `user_id`, `user_type`; and the reads with their place in the file.
    """
    text = read_text(file, READER_COLUMNS)
    lists = text.with_columns(pl.col(name).str.split(",").alias(column) for name, column in LISTS.items())
    readers = sieves["readers"].take(lists, READER_RULES, file.name)
    reads = _take_apart(readers)
    sound = sieves["reads"].take(reads, READ_RULES, file.name)
    return readers.select(user_id="userId", user_type="userType"), _type(sound)


def _take_apart(readers: pl.DataFrame) -> pl.DataFrame:
    columns = list(LISTS.values())
    return (
        readers.filter(pl.col("item_id").list.len() > 0)
        .select(FILE, ROW, "userId", *columns)
        .explode(columns)
        .with_columns(pl.col(columns).str.strip_chars(" "))
        .rename({column: name for name, column in LISTS.items()})
    )


def _type(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.rename({"userId": "user_id", **LISTS}).with_columns(
        # Ids repeat: held once each until the tables are put together, a third less memory.
        pl.col("user_id", "item_id").cast(pl.Categorical),
        as_time(pl.col("timestamp")),
        pl.col("clicks", "scroll", "visits").cast(pl.Float32),
        (pl.col("seconds").cast(pl.Float64) / MS_PER_SECOND).cast(pl.Float32),
    )
