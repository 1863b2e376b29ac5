"""Items: one row an article."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.quarantine import FILE, ROW, Rule, Sieve
from pipelines.domains.news.reasons import Reason
from pipelines.domains.news.rules import identifier, printable, readable, too_many_fields
from pipelines.domains.news.sources.tables.files import ITEMS, read
from pipelines.domains.news.times import in_milliseconds, moment, read_times, time_of
from pipelines.raw_files import RawFile

WORDS = ("title", "body", "url", "category", "region")
RULES = (
    too_many_fields(),
    *identifier("item_id"),
    printable("item_id"),
)
OPTIONAL_RULES = (*moment("published_at"), *(readable(name) for name in WORDS))
#: The newest row of an item counts: the last one of the last file.
NEWEST = Rule(Reason.REPEATED, "item_id", ~pl.col("item_id").is_last_distinct())


def read_items(files: Sequence[RawFile], sieve: Sieve) -> pl.DataFrame:
    """Return the sound items as refined ones, the last row of each."""
    parts = [_sift(file, sieve) for file in files]
    if not parts:
        return pl.DataFrame(schema={"item_id": pl.String})
    sound = sieve.sift(pl.concat(parts), [NEWEST]).drop(FILE, ROW)
    words = pl.col(*WORDS)
    return sound.select(
        "item_id",
        time_of("published_at"),
        pl.when(words.str.strip_chars() != "").then(words).name.keep(),
        pl.col("body").str.count_matches(r"\S+").cast(pl.Int32).alias("words"),
    )


def _sift(file: RawFile, sieve: Sieve) -> pl.DataFrame:
    sound = sieve.take(read(file, ITEMS), RULES, file.name)
    frame, unit = in_milliseconds(sound, "published_at")
    sieve.note(f"published_at given in {unit}", frame.height if unit else 0)
    return sieve.clear(read_times(frame, "published_at"), OPTIONAL_RULES)
