"""Items: one row an article."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.formats.timestamps import moment, time_of
from pipelines.domains.news.sources.tables.files import TableFile
from pipelines.domains.news.sources.tables.ids import describe_ids
from pipelines.domains.news.sources.tables.time_column import read_time_column
from pipelines.domains.news.validation.quarantine import FILE, NULLS, ROW, RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import (
    identifier,
    printable,
    readable,
    too_many_fields,
    whole_object,
)

WORDS = ("title", "body", "url", "category", "region")
RULES = (
    whole_object(),
    too_many_fields(),
    *identifier("item_id"),
    printable("item_id"),
)
OPTIONAL_RULES = (*moment("published_at"), *(readable(name) for name in WORDS))
#: The newest row of an item counts: the last one of the last file.
NEWEST = Rule(RejectionReason.REPEATED, "item_id", ~pl.col("item_id").is_last_distinct())


def read_items(files: Sequence[TableFile], sieve: RowFilter) -> pl.DataFrame:
    """Return the sound rows of all files, with their places and `published_at` read."""
    empty = pl.DataFrame(schema=dict.fromkeys((FILE, "item_id", "category", "region"), pl.String()))
    return pl.concat([_sift(file, sieve) for file in files] or [empty])


def newest_items(sound: pl.DataFrame, sieve: RowFilter) -> pl.DataFrame:
    """Return the items as refined ones, the last row of each.

    Args:
        sound: what `read_items` gave.
        sieve: takes the earlier rows.
    """
    if sound.is_empty():
        return pl.DataFrame(schema={"item_id": pl.String})
    rows = sieve.sift(sound, [NEWEST]).drop(FILE, ROW)
    words = pl.col(*WORDS)
    return rows.select(
        "item_id",
        time_of("published_at"),
        pl.when(words.str.strip_chars() != "").then(words).name.keep(),
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )


def _sift(file: TableFile, sieve: RowFilter) -> pl.DataFrame:
    item = pl.col("item_id")
    frame = file.read().with_columns(pl.when(~item.is_in(NULLS)).then(item).alias("item_id"))
    file.facts["item_id"] = describe_ids(frame["item_id"])
    sound = sieve.take(frame, RULES, file.file.name)
    return sieve.clear(read_time_column(sound, "published_at", file, sieve), OPTIONAL_RULES)
