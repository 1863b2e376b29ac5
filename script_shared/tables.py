"""Declared schemas: what a refined table must look like, checked when written and when read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from script_shared.errors import InputError

# Serving knows the schemas too and has no polars: types are named, and looked up where tables are.
if TYPE_CHECKING:
    import polars as pl

#: A polars type by name; `Timestamp` is `Datetime("ms", "UTC")`.
TypeName = Literal["String", "Float32", "Float64", "Int32", "Int64", "UInt32", "Boolean", "Timestamp"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type and whether it may be null."""

    name: str
    type: TypeName
    nullable: bool = True

    @property
    def dtype(self) -> pl.DataType:
        """The type as polars knows it."""
        import polars as pl

        return pl.Datetime("ms", "UTC") if self.type == "Timestamp" else getattr(pl, self.type)()


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's columns, in order, and which of them identify a row (empty: rows may repeat)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def dtypes(self) -> pl.Schema:
        """The columns as polars writes them."""
        import polars as pl

        return pl.Schema({column.name: column.dtype for column in self.columns})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Order the columns, add the missing nullable ones as nulls, and check the rest.

        Raises:
            InputError: a column is missing, has another type, holds nulls or repeats a key.
        """
        import polars as pl

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
    Column("user_id", "String", nullable=False),
    Column("item_id", "String", nullable=False),
    Column("timestamp", "Timestamp", nullable=False),
)
ITEM_COLUMNS = (
    Column("item_id", "String", nullable=False),
    Column("published_at", "Timestamp"),
    Column("title", "String"),
    Column("url", "String"),
    Column("category", "String"),
)
USER_COLUMNS = (
    Column("user_id", "String", nullable=False),
    Column("user_type", "String"),
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
    def read(cls, folder: Path, columns: Mapping[str, Sequence[str]] | None = None) -> Tables:
        """Read the three tables from `folder`; of those named in `columns`, these columns alone."""
        import polars as pl

        only = {name: list(wanted) for name, wanted in (columns or {}).items()}
        return cls(
            *(
                pl.read_parquet(folder / f"{name}.parquet", columns=only.get(name))
                for name in ("interactions", "items", "users")
            )
        )
