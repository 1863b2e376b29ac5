"""Texts by id, as arrays that are memory-mapped: a service of many processes has them in memory once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from script_shared.arrays import Bundle
from script_shared.types import LongArray
from script_shared.vocabulary import UNKNOWN, Vocabulary

if TYPE_CHECKING:
    import polars as pl

#: Separates the columns of a record; a text that contains it gets a blank.
SEPARATOR = "\x1f"
_CHUNK = 20_000


class TextRecords:
    """Records of some text columns; single records can be replaced and removed, in memory.

    Args:
        columns: names of the columns.
        ids: ids of the records; the position of an id is the place of its record.
        text: UTF-8 bytes of all records.
        offsets: start of each record in `text`, and at last the end of all, shape (records + 1,).
    """

    def __init__(
        self, columns: Sequence[str], ids: Vocabulary, text: npt.NDArray[np.uint8], offsets: LongArray
    ) -> None:
        self.columns = tuple(columns)
        self._ids, self._text, self._offsets = ids, text, offsets
        self._changed: dict[str, Mapping[str, str] | None] = {}

    @classmethod
    def from_frame(cls, frame: pl.DataFrame, id_column: str, columns: Sequence[str]) -> TextRecords:
        """Build the records of a frame.

        Args:
            frame: one row a record; ids are distinct.
            id_column: name of the column of ids.
            columns: names of text columns; null is stored as an empty text.
        """
        import polars as pl

        ids = Vocabulary.from_ids(frame[id_column])
        order = pl.DataFrame({id_column: list(ids)}, {id_column: pl.String})
        texts = (
            pl.col(name).cast(pl.String).fill_null("").str.replace_all(SEPARATOR, " ") for name in columns
        )
        record = pl.concat_str(list(texts), separator=SEPARATOR)
        records = order.join(frame.select(id_column, record=record), on=id_column, maintain_order="left")
        offsets = np.zeros(len(ids) + 1, np.int64)
        np.cumsum(records["record"].str.len_bytes().to_numpy(), out=offsets[1:])
        text = np.empty(int(offsets[-1]), np.uint8)
        for start in range(0, len(ids), _CHUNK):
            part = "".join(records["record"][start : start + _CHUNK]).encode()
            first = int(offsets[start])
            text[first : first + len(part)] = np.frombuffer(part, np.uint8)
        return cls(columns, ids, text, offsets)

    def __len__(self) -> int:
        return len(self._ids)

    def find(self, name: str) -> Mapping[str, str] | None:
        """Return a record as texts by column; None where there is none."""
        if name in self._changed:
            return self._changed[name]
        position = self._ids.find(name)
        if position == UNKNOWN:
            return None
        record = bytes(self._text[self._offsets[position] : self._offsets[position + 1]])
        return dict(zip(self.columns, record.decode().split(SEPARATOR), strict=True))

    def update(self, name: str, record: Mapping[str, object]) -> None:
        """Set the columns that a record has; the others keep their texts, or are empty in a new record."""
        known = self.find(name) or {}
        texts = ((column, record.get(column, known.get(column))) for column in self.columns)
        self._changed[name] = {column: str(text or "") for column, text in texts}

    def remove(self, name: str) -> None:
        """Remove a record, as if it had never been there."""
        self._changed[name] = None

    def dump(self) -> Bundle:
        """Return the records of the arrays as arrays; changes are not included."""
        arrays = {f"ids_{name}": array for name, array in self._ids.arrays().items()}
        return Bundle({**arrays, "text": self._text, "offsets": self._offsets}, {"columns": self.columns})

    @classmethod
    def load(cls, bundle: Bundle) -> TextRecords:
        """Restore what `dump` returned."""
        arrays = bundle.arrays
        ids = Vocabulary.restore({"text": arrays["ids_text"], "offsets": arrays["ids_offsets"]})
        # No copy: the arrays stay memory-mapped.
        text, offsets = arrays["text"], arrays["offsets"]
        return cls(bundle.document["columns"], ids, text, offsets)  # type: ignore[arg-type]
