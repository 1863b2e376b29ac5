"""Schemas of the refined tables, and the tables themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from script_shared.errors import InputError

# Serving imports the schemas and has no polars: types are strings, resolved where tables are processed.
if TYPE_CHECKING:
    import polars as pl

#: A polars type by name; `Timestamp` is `Datetime("ms", "UTC")`.
TypeName = Literal["String", "Float32", "Float64", "Int32", "Int64", "UInt32", "Boolean", "Timestamp"]


@dataclass(frozen=True, slots=True)
class Column:
    """The name and type of a column, and whether it may be null."""

    name: str
    type: TypeName
    nullable: bool = True

    @property
    def dtype(self) -> pl.DataType:
        """The polars type."""
        import polars as pl

        return pl.Datetime("ms", "UTC") if self.type == "Timestamp" else getattr(pl, self.type)()


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's columns in order, and those that identify a row (none: rows may repeat)."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def dtypes(self) -> pl.Schema:
        """The polars schema."""
        import polars as pl

        return pl.Schema({column.name: column.dtype for column in self.columns})

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Order the columns, add missing nullable ones as nulls, and validate the table.

        Raises:
            InputError: a column is missing, has the wrong type or contains nulls, or a key repeats.
        """
        import polars as pl

        missing = [c for c in self.columns if c.name not in frame.columns and c.nullable]
        frame = frame.with_columns(pl.lit(None, c.dtype).alias(c.name) for c in missing)
        for column in self.columns:
            self._validate(frame, column)
        if self.key and frame.select(self.key).is_duplicated().any():
            raise InputError(f"rows repeat the key {', '.join(self.key)}", where=f"table {self.name}")
        return frame.select(self.dtypes.names())

    def _validate(self, frame: pl.DataFrame, column: Column) -> None:
        place = f"table {self.name}, field {column.name!r}"
        if column.name not in frame.columns:
            raise InputError("the column is missing", where=place)
        found = frame.schema[column.name]
        if found != column.dtype:
            raise InputError(f"the type is {found}, not {column.dtype}", where=place)
        if not column.nullable and frame[column.name].null_count():
            raise InputError("the column contains nulls", where=place)


#: Columns that every domain's schemas begin with.
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
USER_COLUMNS = (Column("user_id", "String", nullable=False), Column("user_type", "String"))
_TABLES = ("interactions", "items", "users")


@dataclass(frozen=True, slots=True)
class Tables:
    """The refined tables of one run."""

    interactions: pl.DataFrame
    items: pl.DataFrame
    users: pl.DataFrame

    def write(self, folder: Path) -> None:
        """Write the tables to Parquet files in `folder`."""
        for name in _TABLES:
            getattr(self, name).write_parquet(folder / f"{name}.parquet", compression="zstd")

    @classmethod
    def read(cls, folder: Path, columns: Mapping[str, Sequence[str]] | None = None) -> Tables:
        """Read the tables from `folder`.

        Args:
            folder: contains `interactions.parquet`, `items.parquet` and `users.parquet`.
            columns: by table name, the columns to read; all where a table is not named.
        """
        import polars as pl

        selected = {name: list(names) for name, names in (columns or {}).items()}
        paths = {name: folder / f"{name}.parquet" for name in _TABLES}
        return cls(*(pl.read_parquet(path, columns=selected.get(name)) for name, path in paths.items()))
