"""The release's catalogue: what is shown of the item at a position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic_core import to_json

from script_shared.errors import ReleaseCorruptedError

_KEPT = 20_000


class Catalogue:
    """Rows of `catalogue.parquet` as plain JSON values; safe to share between threads.

    The columns stay in Arrow's compact form; rows already asked for, up to 20,000, are kept ready.
    """

    def __init__(self, table: pa.Table, columns: Sequence[str]) -> None:
        self._columns = {name: _plain(table, name) for name in columns}
        self._size = len(table)
        self._rows: dict[int, Mapping[str, Any]] = {}
        self._told: dict[int, Mapping[str, Any]] = {}
        self._json: dict[int, bytes] = {}

    @classmethod
    def read(cls, path: Path, columns: Sequence[str]) -> Catalogue:
        """Read those of the columns that the file has; the others are shown as null.

        Raises:
            ReleaseCorruptedError: this is not a Parquet file.
        """
        try:
            # Not read_table: that one looks for pandas, which costs half a second and 40 MB.
            file = pq.ParquetFile(path)
            known = [name for name in columns if name in file.schema_arrow.names]
            table = file.read(known, use_threads=False)
        except pa.ArrowException as error:
            what = f"this is not a Parquet file: {str(error)[:200]}"
            raise ReleaseCorruptedError(what, where=str(path), remedy="publish a new release") from error
        catalogue = cls(table, columns)
        del file, table
        # What decoding took goes back to the system: at full scale 80 MB.
        pa.default_memory_pool().release_unused()
        return catalogue

    def __len__(self) -> int:
        return self._size

    def row(self, position: int) -> Mapping[str, Any]:
        """Return what is shown of the item at a position."""
        row = self._told.get(position) or self._rows.get(position)
        if row is None:
            row = MappingProxyType({name: _value(column, position) for name, column in self._columns.items()})
            if len(self._rows) < _KEPT:
                self._rows[position] = row
        return row

    def json(self, position: int) -> bytes:
        """Return what is shown of the item at a position as the inside of a JSON object."""
        told = self._json.get(position)
        if told is None:
            told = to_json(dict(self.row(position)))[1:-1]
            if len(self._json) < _KEPT:
                self._json[position] = told
        return told

    def tell(self, position: int, details: Mapping[str, Any]) -> None:
        """Show an item, also one behind the release's own, as reported; what is not reported stays."""
        known = self.row(position) if position < self._size else self._told.get(position, {})
        told = {name: details.get(name, known.get(name)) for name in self._columns}
        if "published_at" in told and "published_ms" in details:
            told["published_at"] = _iso(int(details["published_ms"]))
        self._told[position] = MappingProxyType(told)
        self._json.pop(position, None)

    def among(self, column: str, value: str, size: int) -> npt.NDArray[np.bool_]:
        """Return, for so many positions, whether an item has this value in a column."""
        found = np.zeros(size, np.bool_)
        own = self._columns[column]
        if own is not None:
            found[: self._size] = pc.fill_null(pc.equal(own, value), False).to_numpy(zero_copy_only=False)
        for position, told in self._told.items():
            found[position] = told[column] == value
        return found


def _plain(table: pa.Table, name: str) -> pa.Array | None:
    if name not in table.column_names:
        return None
    column = table.column(name).combine_chunks()
    return column.cast(pa.timestamp("ms", "UTC")) if pa.types.is_timestamp(column.type) else column


def _value(column: pa.Array | None, position: int) -> Any:
    if column is None:
        return None
    cell = column[position]
    if not pa.types.is_timestamp(column.type):
        return cell.as_py()
    return _iso(cell.value) if cell.is_valid else None


def _iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")
