"""Opens a pretrained text embedder by its specification."""

from __future__ import annotations

from script_shared.embeddings.embedder import TextEmbedder
from script_shared.errors import SettingsError

_REMEDY = "use use, e5, e5:enpt or hf:<name or folder>; tfidf is fitted on texts"


def open_embedder(specification: str) -> TextEmbedder:
    """Open an embedder.

    Args:
        specification: `use`, `e5`, `e5:enpt`, or `hf:` and the folder or the name of a sentence transformer.

    Raises:
        SettingsError: the specification is unknown.
        EmbedderError: its package is not installed, or the model is not found.
    """
    kind, _, name = specification.partition(":")
    if specification == "use":
        from script_shared.embeddings.pretrained import UseEmbedder

        return UseEmbedder()
    if kind == "e5":
        from script_shared.embeddings.pretrained import E5Embedder

        return E5Embedder(name or "original")
    if kind == "hf" and name:
        from script_shared.embeddings.hub import HubEmbedder

        return HubEmbedder.load(name)
    raise SettingsError(f"there is no text embedder {specification!r}", remedy=_REMEDY)
