"""A client of Qdrant's own engine in this process: the calls of `qdrant_client` that the index makes.

The folder of `qdrant_client` compares all vectors in Python and has no indexes; this engine is the server's.
"""

from types import SimpleNamespace

import qdrant_edge as edge

_COLLECTION_FILE = "metadata.txt"


class EdgeClient:
    """One collection in a folder."""

    def __init__(self, folder):
        self._folder, self._shard = folder, None
        if (folder / _COLLECTION_FILE).exists():
            self._shard = edge.EdgeShard.load(str(folder / "shard"))

    def close(self):
        self._shard.close()

    def collection_exists(self, name):
        return self._shard is not None

    def create_collection(self, name, vectors, metadata):
        sizes = {
            field: edge.EdgeVectorParams(size=parameters.size, distance=edge.Distance.Dot)
            for field, parameters in vectors.items()
        }
        (self._folder / "shard").mkdir(parents=True)
        self._shard = edge.EdgeShard.create(str(self._folder / "shard"), edge.EdgeConfig(vectors=sizes))
        (self._folder / _COLLECTION_FILE).write_text(metadata["fingerprint"])

    def get_collection(self, name):
        metadata = {"fingerprint": (self._folder / _COLLECTION_FILE).read_text()}
        return SimpleNamespace(config=SimpleNamespace(metadata=metadata))

    def create_payload_index(self, name, field, schema):
        assert schema.value == "keyword"
        self._update(edge.UpdateOperation.create_field_index(field, edge.PayloadSchemaType.Keyword))

    def _update(self, operation):
        self._shard.update(operation)

    def upsert(self, name, points):
        rows = [edge.Point(id=point.id, vector=point.vector, payload=point.payload) for point in points]
        self._update(edge.UpdateOperation.upsert_points(rows))

    def delete(self, name, selector):
        self._update(edge.UpdateOperation.delete_points(selector.points))

    def count(self, name, exact):
        return SimpleNamespace(count=self._shard.count(edge.CountRequest(exact=exact)))

    def query_points(
        self, name, *, query, using, query_filter, limit, search_params, with_payload, with_vectors
    ):
        request = edge.QueryRequest(
            limit=limit,
            query=edge.Query.Nearest(query, using=using),
            filter=query_filter and edge.Filter(must=[_condition(one) for one in query_filter.must]),
            params=edge.SearchParams(hnsw_ef=search_params.hnsw_ef),
            with_payload=with_payload,
            with_vector=with_vectors,
        )
        return SimpleNamespace(points=self._shard.query(request))


def _condition(condition):
    if hasattr(condition, "has_id"):
        return edge.HasIdCondition(set(condition.has_id))
    return edge.FieldCondition(condition.key, match=edge.MatchValue(condition.match.value))
