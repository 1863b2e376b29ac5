"""Writes the gold table of hire predictions to Postgres: features, labels, and both joined."""

from __future__ import annotations

import io
from typing import Any

import polars as pl
from psycopg2.sql import SQL, Composed, Identifier

from pipelines.domains.recruiting.postgres.connection import connect

FEATURES_TABLE, LABELS_TABLE, GOLD_TABLE = "applicants_feat", "prospects_labels", "gold_applicants"
#: The column with an applicant's code, without a prefix.
KEY = "codigo_profissional"
_ROWS_AT_A_TIME = 50_000


def write_gold(url: str, features: pl.DataFrame, labels: pl.DataFrame) -> int:
    """Replace the three tables in one transaction; readers see the old or the new ones.

    Args:
        url: of the database.
        features: `KEY`, one row for each applicant, and the features.
        labels: `KEY` and the labels, one row for each application.

    Returns:
        The number of rows of GOLD_TABLE: labels of applicants with features, each with them.

    Raises:
        InputError: the database refuses a statement, such as for repeated keys.
        DownloadError: the database cannot be reached now.
    """
    gold = labels.join(features, on=KEY, how="inner", maintain_order="left")
    with connect(url) as connection, connection, connection.cursor() as cursor:
        _write_table(cursor, FEATURES_TABLE, features, is_unique=True)
        _write_table(cursor, LABELS_TABLE, labels)
        _write_table(cursor, GOLD_TABLE, gold)
    return gold.height


def _write_table(cursor: Any, name: str, frame: pl.DataFrame, *, is_unique: bool = False) -> None:
    table = Identifier(name)
    cursor.execute(SQL("DROP TABLE IF EXISTS {}").format(table))
    columns = SQL(", ").join(_define(column, dtype) for column, dtype in frame.schema.items())
    cursor.execute(SQL("CREATE TABLE {} ({})").format(table, columns))
    copy = SQL("COPY {} FROM STDIN WITH (FORMAT csv)").format(table)
    for rows in frame.iter_slices(_ROWS_AT_A_TIME):
        # Texts are quoted, so that an empty one differs from null.
        text = rows.write_csv(include_header=False, quote_style="non_numeric")
        cursor.copy_expert(copy, io.StringIO(text, newline=""))
    key = SQL("ALTER TABLE {} ADD PRIMARY KEY ({})") if is_unique else SQL("CREATE INDEX ON {} ({})")
    cursor.execute(key.format(table, Identifier(KEY)))


def _define(name: str, dtype: pl.DataType) -> Composed:
    return SQL("{} {}").format(Identifier(name), SQL(_find_type(dtype)))


def _find_type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return "timestamptz"
    if dtype == pl.Date:
        return "date"
    if dtype == pl.Boolean:
        return "boolean"
    if dtype.is_integer():
        return "bigint"
    return "double precision" if dtype.is_float() else "text"
