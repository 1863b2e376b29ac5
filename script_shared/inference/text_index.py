"""Finds items by their texts: the vectors of all items of a release, and of those reported since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np

from script_shared.arrays import Bundle
from script_shared.dataset import Vectors
from script_shared.models.components.texts.text_space import TextSpace
from script_shared.types import FeatureArray, IntArray, Mask
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.index import FieldVectors, IndexSchema, SearchResult

#: The bundle of a release that contains the index.
TEXTS = "texts"


class TextIndex:
    """The vectors of each field of the items' texts, by position.

    Args:
        index: the unit vectors of each field.
        weights: the weight of each field in the text space, positive.
    """

    def __init__(self, index: ExactIndex, weights: Mapping[str, float]) -> None:
        self._index, self._weights = index, weights

    @classmethod
    def build(cls, space: TextSpace, vectors: Vectors) -> Self:
        """Build the index of all items of a catalogue; items without a text are left out."""
        fields = {name: columns.stop - columns.start for name, columns in space.slices.items()}
        index = cls(ExactIndex(IndexSchema(fields, space.fingerprint)), space.weights)
        items = np.flatnonzero(vectors.row).astype(np.int32)
        index.upsert(items, vectors.rows[vectors.row[items]])
        return index

    def upsert(self, items: IntArray, vectors: FeatureArray) -> None:
        """Store the vectors of new items, and replace those of known ones.

        Args:
            items: distinct positions, shape (n,).
            vectors: in the text space, shape (n, dimensions).
        """
        self._index.upsert(items, self.split(vectors))

    def remove(self, items: IntArray) -> None:
        """Remove items; unknown ones are ignored."""
        self._index.remove(items)

    def split(self, vectors: FeatureArray) -> dict[str, FeatureArray]:
        """Return the unit vectors of each field; see `TextSpace.split`."""
        slices = self._index.schema.slices
        weights = self._weights.items()
        return {name: vectors[:, slices[name]] / np.float32(np.sqrt(weight)) for name, weight in weights}

    def find(self, item: int) -> FieldVectors | None:
        """Return the vector of each field of an item; None for one without a text."""
        rows = self._index.get(np.array([item], np.int32))
        return None if rows is None else {name: vectors[0] for name, vectors in rows.items()}

    def search(self, query: FieldVectors, n: int, allowed: Mask) -> SearchResult:
        """Return the `n` items with the highest mean cosine over the fields that the query has.

        Args:
            query: the unit vector of each field; a field that is missing or zero is not compared.
            n: maximum number of items.
            allowed: mask over positions of the items that may be returned; None for all.
        """
        compared = {name: vector for name, vector in query.items() if vector.any()}
        total = sum(self._weights[name] for name in compared)
        weights = {name: self._weights[name] / total for name in compared}
        return self._index.search(compared, weights, n, allowed)

    def dump(self) -> Bundle:
        """Return the vectors, the fields and their weights."""
        bundle = self._index.dump()
        fields = {"lengths": dict(self._index.schema.fields), "weights": dict(self._weights)}
        return Bundle(bundle.arrays, {**bundle.document, **fields, "fields": [*self._index.schema.fields]})

    @classmethod
    def load(cls, bundle: Bundle) -> Self:
        """Restore the index from the result of `dump`."""
        document = bundle.document
        lengths = {name: document["lengths"][name] for name in document["fields"]}
        index = ExactIndex.load(IndexSchema(lengths, document["fingerprint"]), bundle)
        return cls(index, {name: document["weights"][name] for name in document["fields"]})
