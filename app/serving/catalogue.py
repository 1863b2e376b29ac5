"""The release's catalogue: the columns of an item that responses have, by position."""

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

_MAX_CACHED_ROWS = 20_000
#: Masks that are cached, of one byte an item each.
_MAX_CACHED_MASKS = 64


class Catalogue:
    """Rows of `catalogue.parquet` as plain JSON values; safe to share between threads.

    The columns stay in Arrow's compact form; the first 20,000 rows that are used are cached.

    Args:
        table: the catalogue; row i describes the item at position i.
        columns: the columns that responses have; one that the table lacks is null.
    """

    def __init__(self, table: pa.Table, columns: Sequence[str]) -> None:
        self._columns = {name: _read_column(table, name) for name in columns}
        self._size = len(table)
        self._empty_row: Mapping[str, Any] = MappingProxyType(dict.fromkeys(columns))
        self._rows: dict[int, Mapping[str, Any]] = {}
        self._updates: dict[int, Mapping[str, Any]] = {}
        self._json: dict[int, bytes] = {}
        self._masks: dict[tuple[str, Any, int], npt.NDArray[np.bool_]] = {}

    @classmethod
    def read(cls, path: Path, columns: Sequence[str]) -> Catalogue:
        """Read the columns from a file.

        Raises:
            ReleaseCorruptedError: the file is not a Parquet file.
        """
        try:
            # Not read_table: it imports pandas, which costs half a second and 40 MB.
            file = pq.ParquetFile(path)
            known = [name for name in columns if name in file.schema_arrow.names]
            table = file.read(known, use_threads=False)
        except pa.ArrowException as error:
            what = f"this is not a Parquet file: {str(error)[:200]}"
            raise ReleaseCorruptedError(what, where=str(path), remedy="publish a new release") from error
        catalogue = cls(table, columns)
        del file, table
        # Returns the memory of decoding to the system: 80 MB at full scale.
        pa.default_memory_pool().release_unused()
        return catalogue

    def __len__(self) -> int:
        return self._size

    def row(self, position: int) -> Mapping[str, Any]:
        """Return the columns of the item at a position; null for an item that has not been reported."""
        row = self._updates.get(position) or self._rows.get(position)
        if row is None:
            is_known = position < self._size
            columns = self._columns.items()
            row = MappingProxyType(
                {n: _value(column, position) if is_known else None for n, column in columns}
            )
            if is_known and len(self._rows) < _MAX_CACHED_ROWS:
                self._rows[position] = row
        return row

    def json(self, position: int) -> bytes:
        """Return the columns of the item at a position as the members of a JSON object, without braces."""
        members = self._json.get(position)
        if members is None:
            members = to_json(dict(self.row(position)))[1:-1]
            if len(self._json) < _MAX_CACHED_ROWS:
                self._json[position] = members
        return members

    def update(self, position: int, details: Mapping[str, Any]) -> None:
        """Replace the reported columns of an item, which may be one that the release does not contain."""
        current = self.row(position) if position < self._size else self._updates.get(position, {})
        row = {name: details.get(name, current.get(name)) for name in self._columns}
        if "published_at" in row and "published_ms" in details:
            row["published_at"] = _to_iso(int(details["published_ms"]))
        self._updates[position] = MappingProxyType(row)
        self._json.pop(position, None)
        for (column, value, size), mask in self._masks.items():
            if position < size:
                mask[position] = row[column] == value

    def matches(self, column: str, value: str | bool, size: int) -> npt.NDArray[np.bool_]:
        """Return which items have a value in a column, by position: a mask of length `size`.

        The mask is cached: callers do not change it.
        """
        key = (column, value, size)
        mask = self._masks.pop(key, None)
        if mask is None:
            mask = self._find_matches(column, value, size)
            if len(self._masks) >= _MAX_CACHED_MASKS:
                del self._masks[next(iter(self._masks))]
        # Inserted again at the end: the dictionary's first mask is the one unused longest.
        self._masks[key] = mask
        return mask

    def _find_matches(self, column: str, value: str | bool, size: int) -> npt.NDArray[np.bool_]:
        mask = np.zeros(size, np.bool_)
        values = self._columns[column]
        if values is not None:
            mask[: self._size] = pc.fill_null(pc.equal(values, value), False).to_numpy(zero_copy_only=False)
        for position, row in self._updates.items():
            mask[position] = row[column] == value
        return mask


def _read_column(table: pa.Table, name: str) -> pa.Array | None:
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
    return _to_iso(cell.value) if cell.is_valid else None


def _to_iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")
