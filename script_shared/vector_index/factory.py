"""Opens a vector index by its specification."""

from __future__ import annotations

from script_shared.errors import SettingsError
from script_shared.vector_index.exact import ExactIndex
from script_shared.vector_index.index import IndexSchema, VectorIndex


def open_index(specification: str, schema: IndexSchema) -> VectorIndex:
    """Open an index.

    Args:
        specification: `exact` or `usearch` for an empty index in memory.
        schema: fields, labels and the embedder's fingerprint.

    Raises:
        SettingsError: the specification is unknown.
    """
    if specification == "exact":
        return ExactIndex(schema)
    if specification == "usearch":
        from script_shared.vector_index.usearch import UsearchIndex

        return UsearchIndex(schema)
    what = f"there is no vector index {specification!r}"
    raise SettingsError(what, remedy="use exact or usearch")
