"""Declared schemas: what a refined table must look like, checked when written and when read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from script_shared.errors import InputError

TIMESTAMP = pl.Datetime("ms", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type and whether it may be null."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's columns, in order, and which of them identify a row (empty: rows may repeat)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def dtypes(self) -> pl.Schema:
        """The columns as polars writes them."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Order the columns, add the missing nullable ones as nulls, and check the rest.

        Raises:
            InputError: a column is missing, has another type, holds nulls or repeats a key.
        """
        absent = [c for c in self.columns if c.name not in frame.columns and c.nullable]
        frame = frame.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in absent)
        for column in self.columns:
            self._check(frame, column)
        if self.key and frame.select(self.key).is_duplicated().any():
            raise InputError(f"rows repeat the key {', '.join(self.key)}", where=f"table {self.name}")
        return frame.select(self.dtypes.names())

    def _check(self, frame: pl.DataFrame, column: Column) -> None:
        place = f"table {self.name}, field {column.name!r}"
        if column.name not in frame.columns:
            raise InputError("the column is missing", where=place)
        found = frame.schema[column.name]
        if found != column.dtype:
            raise InputError(f"the type is {found}, not {column.dtype}", where=place)
        if not column.nullable and frame[column.name].null_count():
            raise InputError("the column holds nulls", where=place)


#: What the spine needs of any domain; a domain's own schemas begin with these columns.
INTERACTION_COLUMNS = (
    Column("user_id", pl.String, nullable=False),
    Column("item_id", pl.String, nullable=False),
    Column("timestamp", TIMESTAMP, nullable=False),
)
ITEM_COLUMNS = (
    Column("item_id", pl.String, nullable=False),
    Column("published_at", TIMESTAMP),
    Column("title", pl.String),
    Column("url", pl.String),
    Column("category", pl.String),
)
USER_COLUMNS = (
    Column("user_id", pl.String, nullable=False),
    Column("user_type", pl.String),
)


@dataclass(frozen=True, slots=True)
class Tables:
    """The refined tables of one run."""

    interactions: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame

    def write(self, folder: Path) -> None:
        """Write the three tables as Parquet into `folder`."""
        for name in ("interactions", "items", "users"):
            getattr(self, name).write_parquet(folder / f"{name}.parquet", compression="zstd")

    @classmethod
    def read(cls, folder: Path) -> Tables:
        """Read the three tables from `folder`."""
        return cls(
            *(pl.read_parquet(folder / f"{name}.parquet") for name in ("interactions", "items", "users"))
        )
