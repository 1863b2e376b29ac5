"""The contract of vector indexes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from types import MappingProxyType

import numpy as np

from script_shared.errors import VectorIndexError
from script_shared.types import FeatureArray, IntArray, LongArray, Mask

#: Vectors by the name of their field.
FieldVectors = Mapping[str, FeatureArray]
#: A value for each label that results must have.
Labels = Mapping[str, str]
NO_LABELS: Labels = MappingProxyType({})
#: The name under which a store keeps the concatenation of all fields; no field has it.
ALL_FIELDS = "all_fields"


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """What an index stores for each id.

    Attributes:
        fields: the length of the vectors of each field.
        fingerprint: of the embedder; vectors of another one must not be compared with these.
        labels: the names of the labels by which results can be filtered.
    """

    fields: Mapping[str, int]
    fingerprint: str
    labels: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """The sum of the lengths of all fields."""
        return sum(self.fields.values())

    @property
    def slices(self) -> dict[str, slice]:
        """The columns of each field in the concatenation of all fields."""
        spans = pairwise(accumulate(self.fields.values(), initial=0))
        return {name: slice(*span) for name, span in zip(self.fields, spans, strict=True)}


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The nearest ids, best first; of equal scores the lower id comes first.

    Attributes:
        ids: shape (n,).
        scores: weighted sums of the fields' dot products, shape (n,).
        by_field: the dot products of each field of the query, shape (n,) each.
    """

    ids: LongArray
    scores: FeatureArray
    by_field: Mapping[str, FeatureArray]


class VectorIndex(ABC):
    """Stores vectors of several fields by id, and finds those with the highest weighted sum of dot products.

    Ids are positions in a vocabulary: whole numbers from 0. A field without content is a vector of zeros.

    Args:
        schema: fields, labels and the embedder's fingerprint.
    """

    def __init__(self, schema: IndexSchema) -> None:
        self.schema = schema

    @property
    def fingerprint(self) -> str:
        """Identifies the embedder of the vectors."""
        return self.schema.fingerprint

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of ids."""

    def upsert(
        self, ids: IntArray, vectors: FieldVectors, labels: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> None:
        """Store the vectors of new ids, and replace those of known ones.

        Args:
            ids: shape (n,); of repeated ids the last one counts.
            vectors: for each field of the schema, shape (n, length).
            labels: for each label of the schema, n values.

        Raises:
            VectorIndexError: fields, labels or shapes differ from the schema, or a value is not finite.
        """
        if set(vectors) != set(self.schema.fields) or set(labels) != set(self.schema.labels):
            raise self._mismatch(f"fields {sorted(vectors)} and labels {sorted(labels)}")
        for name, length in self.schema.fields.items():
            if vectors[name].shape != (len(ids), length) or not np.isfinite(vectors[name]).all():
                raise self._mismatch(f"{name!r}: shape {vectors[name].shape}, or a value that is not finite")
        if any(len(values) != len(ids) for values in labels.values()) or (ids < 0).any():
            raise self._mismatch("a label of another length, or a negative id")
        # The last occurrence of each id.
        kept = len(ids) - 1 - np.unique(ids[::-1], return_index=True)[1]
        matrix = np.hstack([vectors[name] for name in self.schema.fields]).astype(np.float32, copy=False)
        columns = {name: [labels[name][row] for row in kept.tolist()] for name in self.schema.labels}
        if len(kept):
            self._upsert(ids[kept].astype(np.int64), matrix[kept], columns)

    def search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask = None,
        labels: Labels = NO_LABELS,
    ) -> SearchResult:
        """Return the `k` best ids; fewer if fewer are allowed.

        Args:
            query: a vector for each field to compare, shape (length,).
            weights: the weight of each of these fields, not negative.
            k: maximum number of ids.
            allowed: which ids may be returned, by id; ids after its end may not. None for all.
            labels: labels that the ids must have.

        Raises:
            VectorIndexError: fields, labels or shapes differ from the schema.
        """
        if not set(query) <= set(self.schema.fields) or set(weights) != set(query):
            raise self._mismatch(f"a query of {sorted(query)} with weights of {sorted(weights)}")
        for name, vector in query.items():
            if vector.shape != (self.schema.fields[name],) or not weights[name] >= 0:
                raise self._mismatch(f"{name!r}: shape {vector.shape}, weight {weights[name]}")
        if not set(labels) <= set(self.schema.labels):
            raise self._mismatch(f"labels {sorted(labels)}")
        if k < 1 or not query:
            return _no_results(query)
        return self._search(query, weights, k, allowed, labels)

    @abstractmethod
    def remove(self, ids: IntArray) -> None:
        """Remove ids; unknown ones are ignored."""

    @abstractmethod
    def _upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        """Store valid values; ids are distinct, vectors are the concatenations of the fields."""

    @abstractmethod
    def _search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask,
        labels: Labels,
    ) -> SearchResult:
        """Search with valid arguments; the index may be empty."""

    def _mismatch(self, what: str) -> VectorIndexError:
        expected = f"fields {dict(self.schema.fields)} and labels {[*self.schema.labels]}"
        return VectorIndexError(f"the index has {expected}", where=what, remedy="use those of the index")


def check_fingerprint(found: str, expected: str, where: object) -> None:
    """Check that stored vectors are those of an embedder.

    Raises:
        VectorIndexError: they are of another embedder.
    """
    if found != expected:
        what = f"the vectors are of the embedder {found!r}, not of {expected!r}"
        raise VectorIndexError(what, where=str(where), remedy="encode all texts again with one embedder")


def rank(
    schema: IndexSchema,
    ids: LongArray,
    vectors: FeatureArray,
    query: Mapping[str, FeatureArray],
    weights: Mapping[str, float],
    k: int,
) -> SearchResult:
    """Return the `k` best of some ids by their exact scores.

    Args:
        schema: of the index.
        ids: shape (n,).
        vectors: concatenations of the fields, shape (n, width).
        query: a vector for each field.
        weights: of the same fields.
        k: maximum number of ids.
    """
    slices = schema.slices
    by_field = {name: vectors[:, slices[name]] @ vector for name, vector in query.items()}
    scores = np.zeros(len(ids), np.float32)
    for name, products in by_field.items():
        scores += np.float32(weights[name]) * products
    order = np.lexsort((ids, -scores))[:k]
    return SearchResult(ids[order], scores[order], {name: by_field[name][order] for name in query})


def _no_results(query: Mapping[str, FeatureArray]) -> SearchResult:
    nothing = np.empty(0, np.float32)
    return SearchResult(np.empty(0, np.int64), nothing, dict.fromkeys(query, nothing))
