"""Items: one row an article."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.quarantine import FILE, ROW, Sieve
from pipelines.domains.news.refining import drop_repeated
from pipelines.domains.news.rules import identifier, printable, readable, too_many_fields
from pipelines.domains.news.sources.tables.files import ITEMS, read
from pipelines.domains.news.times import moment, read_times, time_of
from pipelines.raw_files import RawFile

WORDS = ("title", "body", "url", "category", "region")
RULES = (
    too_many_fields(),
    *identifier("item_id"),
    printable("item_id"),
    *moment("published_at"),
    *(readable(name) for name in WORDS),
)


def read_items(files: Sequence[RawFile], sieve: Sieve) -> pl.DataFrame:
    """Return the sound items as refined ones, the first row of each."""
    parts = [sieve.take(read_times(read(file, ITEMS), "published_at"), RULES, file.name) for file in files]
    if not parts:
        return pl.DataFrame(schema={"item_id": pl.String})
    sound = drop_repeated(pl.concat(parts), "item_id", sieve).drop(FILE, ROW)
    words = pl.col(*WORDS)
    return sound.select(
        "item_id",
        time_of("published_at"),
        pl.when(words.str.strip_chars() != "").then(words).name.keep(),
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )
