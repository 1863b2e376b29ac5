"""Reads the validation set of the challenge: the next reads of some readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.domains.news.sources.webmedia.files import VALIDATION, require_files
from pipelines.domains.news.validation.rejection_reasons import UNEQUAL_LENGTHS
from pipelines.formats.csv_text import read_csv
from pipelines.formats.raw_table import FILE, ROW
from pipelines.validation import rules
from pipelines.validation.row_filter import RowFilter

#: The columns with printed arrays, and the column of a read for the values of each.
ARRAYS = {"history": "item_id", "timestampHistory": "timestamp"}
COLUMNS = ("userId", "userType", *ARRAYS)

_LENGTH = pl.col("item_id").list.len().fill_null(0)
READER_RULES = (
    rules.forbid_extra_fields(),
    *rules.require_id("userId"),
    *(rules.require_utf8(name) for name in ("userType", *ARRAYS)),
    rules.Rule(
        UNEQUAL_LENGTHS,
        "timestampHistory",
        pl.col("timestamp").list.len().fill_null(0) != _LENGTH,
    ),
)
READ_RULES = (*rules.require_id("history"), *rules.require_milliseconds("timestampHistory"))


@dataclass(frozen=True, slots=True)
class ValidationSet:
    """The contents of `validacao.csv`.

    Attributes:
        reads: `user_id`, `user_type`, `item_id`, `timestamp` (UTC) and `place`, the read's position within
            its reader, from 1.
        quarantine: the rejected rows, as in `Refinement`.
        report: the numbers of readers and reads that were read, kept and rejected.
    """

    reads: pl.DataFrame
    quarantine: pl.DataFrame
    report: Mapping[str, Any]


def read_validation_set(folder: Path) -> ValidationSet:
    """Read the next reads of each reader, in their order.

    Args:
        folder: raw files of `webmedia` or `synthetic`, plain or zipped.

    Raises:
        InputError: there is no such file, or it cannot be used.
    """
    file = require_files(folder, VALIDATION, folder)[0]
    reader_filter, read_filter = RowFilter(), RowFilter()
    text = read_csv(file, COLUMNS)
    arrays = text.with_columns(_parse_array(name).alias(column) for name, column in ARRAYS.items())
    readers = reader_filter.filter_file(arrays, READER_RULES, file.name)
    reads = read_filter.filter_file(_explode_arrays(readers), READ_RULES, file.name)
    return ValidationSet(
        reads=_convert_types(reads),
        quarantine=pl.concat([reader_filter.quarantine, read_filter.quarantine]),
        report={
            "readers": reader_filter.count_rows(readers.height),
            "reads": read_filter.count_rows(reads.height),
        },
    )


def _parse_array(name: str) -> pl.Expr:
    """Split a printed numpy array: blanks and line breaks separate values, quotes enclose texts."""
    values = pl.col(name).str.strip_chars("[] \r\n\t").str.replace_all(r"\s+", " ").str.split(" ")
    return values.list.eval(pl.element().str.strip_chars("'\""))


def _explode_arrays(readers: pl.DataFrame) -> pl.DataFrame:
    columns = list(ARRAYS.values())
    return (
        readers.select(FILE, ROW, "userId", "userType", *columns)
        .filter(_LENGTH > 0)
        .with_columns(pl.int_ranges(1, _LENGTH.cast(pl.Int64) + 1, dtype=pl.UInt32).alias("place"))
        .explode(*columns, "place")
        .rename({column: name for name, column in ARRAYS.items()})
    )


def _convert_types(reads: pl.DataFrame) -> pl.DataFrame:
    return reads.select(
        pl.col("userId").alias("user_id"),
        pl.col("userType").alias("user_type"),
        pl.col("history").alias("item_id"),
        rules.to_timestamp(pl.col("timestampHistory")).alias("timestamp"),
        "place",
    )
