"""The next pages of some readers: what the challenge asks to be told in advance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.news.formats.csv_text import read_text
from pipelines.domains.news.sources.webmedia.files import VALIDATION, require
from pipelines.domains.news.validation.quarantine import FILE, ROW, RowFilter, Rule
from pipelines.domains.news.validation.rejection_reasons import RejectionReason
from pipelines.domains.news.validation.rules import (
    as_time,
    identifier,
    milliseconds,
    readable,
    too_many_fields,
)

#: The printed arrays of a row, and what a value of each is called.
ARRAYS = {"history": "item_id", "timestampHistory": "timestamp"}
COLUMNS = ("userId", "userType", *ARRAYS)

_PAGES = pl.col("item_id").list.len().fill_null(0)
READER_RULES = (
    too_many_fields(),
    *identifier("userId"),
    *(readable(name) for name in ("userType", *ARRAYS)),
    Rule(RejectionReason.LENGTHS, "timestampHistory", pl.col("timestamp").list.len().fill_null(0) != _PAGES),
)
READ_RULES = (*identifier("history"), *milliseconds("timestampHistory"))


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validacao.csv` holds.

    Attributes:
        reads: `user_id`, `user_type`, `item_id`, `timestamp` (UTC) and `place`, from 1 within a reader.
        quarantine: the rejected rows, as refining has them.
        report: counts of readers and reads read, kept and rejected.
    """

    reads: pl.DataFrame
    quarantine: pl.DataFrame
    report: Mapping[str, Any]


def read_validation(folder: Path) -> Validation:
    """Read the next pages of each reader, in their order.

    Args:
        folder: raw files of `webmedia` or `synthetic`, plain or zipped.

    Raises:
        InputError: there is no such file, or it cannot be used.
    """
    file = require(folder, VALIDATION, folder)[0]
    readers, reads = RowFilter(), RowFilter()
    text = read_text(file, COLUMNS)
    printed = text.with_columns(_values(name).alias(column) for name, column in ARRAYS.items())
    sound = readers.take(printed, READER_RULES, file.name)
    taken = reads.take(_take_apart(sound), READ_RULES, file.name)
    return Validation(
        reads=_type(taken),
        quarantine=pl.concat([readers.quarantine, reads.quarantine]),
        report={"readers": readers.balance(sound.height), "reads": reads.balance(taken.height)},
    )


def _values(name: str) -> pl.Expr:
    """Take a printed numpy array apart: blanks and line breaks between values, quotes around text."""
    values = pl.col(name).str.strip_chars("[] \r\n\t").str.replace_all(r"\s+", " ").str.split(" ")
    return values.list.eval(pl.element().str.strip_chars("'\""))


def _take_apart(readers: pl.DataFrame) -> pl.DataFrame:
    columns = list(ARRAYS.values())
    return (
        readers.select(FILE, ROW, "userId", "userType", *columns)
        .filter(_PAGES > 0)
        .with_columns(pl.int_ranges(1, _PAGES.cast(pl.Int64) + 1, dtype=pl.UInt32).alias("place"))
        .explode(*columns, "place")
        .rename({column: name for name, column in ARRAYS.items()})
    )


def _type(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.select(
        pl.col("userId").alias("user_id"),
        pl.col("userType").alias("user_type"),
        pl.col("history").alias("item_id"),
        as_time(pl.col("timestampHistory")).alias("timestamp"),
        "place",
    )
