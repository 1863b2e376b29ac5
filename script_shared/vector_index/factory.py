"""Opens a vector index by its specification."""

from __future__ import annotations

from script_shared.errors import SettingsError
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.index import IndexSchema, VectorIndex

_REMEDY = "use exact, usearch, qdrant:<URL or folder> or pgvector:postgresql://user:password@host:port/name"


def open_index(specification: str, schema: IndexSchema, name: str) -> VectorIndex:
    """Open an index.

    Args:
        specification: `exact` or `usearch` for an empty index in memory; `qdrant:http://host:6333`,
            `qdrant:<folder>` or `pgvector:postgresql://user:password@host:port/name` for a stored one, which
            is created if it does not exist.
        schema: fields, labels and the embedder's fingerprint.
        name: of the collection or table.

    Raises:
        SettingsError: the specification is unknown.
        VectorIndexError: the stored index is of another embedder, or unavailable.
    """
    kind, _, url = specification.partition(":")
    if specification == "exact":
        return ExactIndex(schema)
    if specification == "usearch":
        from script_shared.vector_index.usearch import UsearchIndex

        return UsearchIndex(schema)
    if kind == "qdrant" and url:
        from script_shared.vector_index.qdrant import QdrantIndex

        return QdrantIndex.open(url, name, schema)
    if kind == "pgvector" and url:
        from script_shared.vector_index.pgvector import PgvectorIndex

        return PgvectorIndex(url, name, schema)
    # Without what follows the kind: a URL contains a password.
    raise SettingsError(f"there is no vector index of the kind {kind!r}", remedy=_REMEDY)
