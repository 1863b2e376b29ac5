"""Search in a collection of Qdrant: on a server, or in a folder (for tests and small data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from script_shared.errors import VectorIndexError
from script_shared.types import FeatureArray, IntArray, LongArray, Mask
from script_shared.vector_index.exact import combine
from script_shared.vector_index.index import (
    ALL_FIELDS,
    IndexSchema,
    Labels,
    SearchResult,
    VectorIndex,
    check_fingerprint,
    rank,
)

# The package is loaded only where the index is used.
if TYPE_CHECKING:
    from qdrant_client import QdrantClient
    from qdrant_client.models import Filter

#: Points of a request.
_BATCH = 256
#: Vectors that a search visits at least.
_VISITED = 512
_TIMEOUT_S = 10


class QdrantIndex(VectorIndex):
    """A collection with a named vector for each field and one for all of them, and an index for each label.

    A query of one field is searched by the field's vector; one of several fields by the vector of all.

    Args:
        client: of the server or the folder.
        collection: its name; it is created if it does not exist.
        schema: fields, labels and the embedder's fingerprint.
        is_server: whether vectors and labels are indexed; in a folder all vectors are compared.

    Raises:
        VectorIndexError: the collection is of another embedder, or the server does not answer.
    """

    def __init__(
        self, client: QdrantClient, collection: str, schema: IndexSchema, *, is_server: bool
    ) -> None:
        super().__init__(schema)
        self._client, self._collection, self._is_server = client, collection, is_server
        with self._named_errors():
            self._create()
            metadata = client.get_collection(collection).config.metadata or {}
        check_fingerprint(str(metadata.get("fingerprint")), schema.fingerprint, f"collection {collection!r}")

    @classmethod
    def open(cls, url: str, collection: str, schema: IndexSchema) -> QdrantIndex:
        """Open a collection.

        Args:
            url: `http://host:6333`, or the path of a folder.
            collection: its name; it is created if it does not exist.
            schema: fields, labels and the embedder's fingerprint.

        Raises:
            VectorIndexError: the collection is of another embedder, or the server does not answer.
        """
        from qdrant_client import QdrantClient

        is_server = url.startswith(("http://", "https://"))
        server = {"url": url, "timeout": _TIMEOUT_S, "check_compatibility": False}
        client = QdrantClient(**(server if is_server else {"path": url}))
        return cls(client, collection, schema, is_server=is_server)

    def close(self) -> None:
        """Close the connection, or the folder."""
        self._client.close()

    def __len__(self) -> int:
        with self._named_errors():
            return self._client.count(self._collection, exact=True).count

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Raise any error of the client as one that names the collection."""
        try:
            yield
        except Exception as error:
            what, where = f"Qdrant cannot be used: {type(error).__name__}", f"collection {self._collection!r}"
            remedy = "check that the server is up and its URL is right"
            raise VectorIndexError(what, where=where, remedy=remedy, details=str(error)) from error

    def _create(self) -> None:
        from qdrant_client.models import Distance, PayloadSchemaType, VectorParams

        if self._client.collection_exists(self._collection):
            return
        sizes = {**self.schema.fields, ALL_FIELDS: self.schema.width}
        self._client.create_collection(
            self._collection,
            {name: VectorParams(size=size, distance=Distance.DOT) for name, size in sizes.items()},
            metadata={"fingerprint": self.fingerprint},
        )
        for label in self.schema.labels if self._is_server else ():
            self._client.create_payload_index(self._collection, label, PayloadSchemaType.KEYWORD)

    def _upsert(self, ids: LongArray, vectors: FeatureArray, labels: Mapping[str, Sequence[str]]) -> None:
        from qdrant_client.models import PointStruct

        columns = {**self.schema.slices, ALL_FIELDS: slice(None)}
        for start in range(0, len(ids), _BATCH):
            points = [
                PointStruct(
                    id=int(ids[row]),
                    vector={name: vectors[row, columns].tolist() for name, columns in columns.items()},
                    payload={name: labels[name][row] for name in self.schema.labels},
                )
                for row in range(start, min(start + _BATCH, len(ids)))
            ]
            with self._named_errors():
                self._client.upsert(self._collection, points)

    def remove(self, ids: IntArray) -> None:
        """Remove ids; unknown ones are ignored."""
        from qdrant_client.models import PointIdsList

        if len(ids):
            with self._named_errors():
                self._client.delete(self._collection, PointIdsList(points=ids.tolist()))

    def _search(
        self,
        query: Mapping[str, FeatureArray],
        weights: Mapping[str, float],
        k: int,
        allowed: Mask,
        labels: Labels,
    ) -> SearchResult:
        from qdrant_client.models import SearchParams

        using, vector = ALL_FIELDS, combine(self.schema, query, weights)
        if len(query) == 1:
            [using] = query
            vector = query[using]
        with self._named_errors():
            found = self._client.query_points(
                self._collection,
                query=vector.tolist(),
                using=using,
                query_filter=_make_filter(allowed, labels),
                limit=k,
                search_params=SearchParams(hnsw_ef=max(_VISITED, 2 * k)) if self._is_server else None,
                with_payload=False,
                with_vectors=[ALL_FIELDS],
            ).points
        ids = np.array([point.id for point in found], np.int64)
        rows: list[Any] = [point.vector[ALL_FIELDS] for point in found if isinstance(point.vector, dict)]
        vectors = np.array(rows, np.float32).reshape(len(ids), self.schema.width)
        return rank(self.schema, ids, vectors, query, weights, k)


def _make_filter(allowed: Mask, labels: Labels) -> Filter | None:
    """Return the conditions; None without any."""
    from qdrant_client.models import FieldCondition, Filter, HasIdCondition, MatchValue

    must: list[Any] = [
        FieldCondition(key=name, match=MatchValue(value=value)) for name, value in labels.items()
    ]
    if allowed is not None:
        must.append(HasIdCondition(has_id=np.flatnonzero(allowed).tolist()))
    return Filter(must=must) if must else None
