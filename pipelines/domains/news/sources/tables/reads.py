"""Interactions: one row a read."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.domains.news.formats.timestamps import is_unzoned, moment, time_of
from pipelines.domains.news.sources.tables.files import TableFile
from pipelines.domains.news.sources.tables.ids import describe_ids
from pipelines.domains.news.sources.tables.readers import without_placeholders
from pipelines.domains.news.sources.tables.time_column import read_time_column
from pipelines.domains.news.validation.quarantine import FILE, NULLS, ROW, RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import (
    LONGEST_ID,
    identifier,
    optional_measure,
    present,
    printable,
    readable,
    too_many_fields,
    whole_object,
)

MEASURES = ("clicks", "seconds", "scroll", "visits")
WORDS = ("session_id", "region", "device", "referrer")
#: Login state as it may be written, and as the segments' rule knows it.
USER_TYPES = {"logged": "Logged", "non-logged": "Non-Logged"}

_DECIMAL_COMMA = r"^\s*-?\d+,\d+\s*$"
_USER_TYPE = pl.col("user_type").str.strip_chars().str.to_lowercase()
RULES = (
    whole_object(),
    too_many_fields(),
    readable("user_id"),
    Rule(RejectionReason.LONG, "user_id", pl.col("user_id").str.len_chars() > LONGEST_ID),
    printable("user_id"),
    *identifier("item_id"),
    printable("item_id"),
    present("timestamp"),
    *moment("timestamp"),
)
OPTIONAL_RULES = (
    *(readable(name) for name in ("user_type", *WORDS)),
    *(printable(name) for name in ("region", "device")),
    Rule(RejectionReason.USER_TYPE, "user_type", ~_USER_TYPE.is_in(["", *USER_TYPES])),
    *(rule for name in MEASURES for rule in optional_measure(name)),
)
#: Added to a read: its time was written without an offset from UTC.
UNZONED = "(unzoned)"


def read_reads(files: Sequence[TableFile], sieve: RowFilter) -> pl.DataFrame:
    """Return the sound reads of all files, with places and UNZONED; without a reader `user_id` is null."""
    return pl.concat(_type(_sift(file, sieve)) for file in files)


def _sift(file: TableFile, sieve: RowFilter) -> pl.DataFrame:
    frame = without_placeholders(file.read(), file.options.anonymous)
    item = pl.col("item_id")
    frame = frame.with_columns(pl.when(~item.is_in(NULLS)).then(item).alias("item_id"))
    file.facts["user_id"], file.facts["item_id"] = (
        describe_ids(frame[name]) for name in ("user_id", "item_id")
    )
    frame = _with_points(frame, file, sieve)
    sound = sieve.take(read_time_column(frame, "timestamp", file, sieve), RULES, file.file.name)
    return sieve.clear(sound, OPTIONAL_RULES)


def _with_points(frame: pl.DataFrame, file: TableFile, sieve: RowFilter) -> pl.DataFrame:
    """Write the decimal commas of measures as points: a file with another separator may have them."""
    if file.facts.get("separator", "comma") == "comma":
        return frame
    commas = pl.col(*MEASURES).str.contains(_DECIMAL_COMMA)
    for name, count in frame.select(commas.sum()).row(0, named=True).items():
        sieve.note(f"{name} written with a decimal comma", count or 0)
    point = pl.col(*MEASURES).str.replace(",", ".", literal=True)
    return frame.with_columns(pl.when(commas).then(point).otherwise(pl.col(*MEASURES)))


def _type(sound: pl.DataFrame) -> pl.DataFrame:
    words = pl.col(*WORDS)
    return sound.select(
        *(FILE, ROW, "user_id", "item_id"),
        time_of("timestamp"),
        pl.when(words.str.strip_chars() != "").then(words).name.keep(),
        _USER_TYPE.replace_strict(USER_TYPES, default=None, return_dtype=pl.String).alias("user_type"),
        pl.col(*MEASURES).cast(pl.Float64).cast(pl.Float32),
        is_unzoned("timestamp").alias(UNZONED),
    )


def newest_types(reads: pl.DataFrame) -> pl.DataFrame:
    """Return `user_id` and `user_type`: each reader's newest that is known."""
    known = reads.filter(pl.col("user_type").is_not_null())
    newest = pl.col("user_type").sort_by("timestamp", maintain_order=True).last()
    return known.group_by("user_id").agg(newest)
