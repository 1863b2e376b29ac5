"""The contract of text embedders."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar

import numpy as np

from script_shared.arrays import Bundle
from script_shared.types import FeatureArray


class TextEmbedder(ABC):
    """Encodes texts as vectors whose dot product is their cosine similarity."""

    #: Whether the model consists of arrays that a release contains (`dump`), instead of a package's files.
    is_fitted: ClassVar[bool] = False

    @property
    @abstractmethod
    def dimensions(self) -> int:
        """The length of a vector."""

    @property
    @abstractmethod
    def fingerprint(self) -> str:
        """Identifies the model: vectors of different fingerprints must not be compared."""

    @abstractmethod
    def encode(self, texts: Sequence[str]) -> FeatureArray:
        """Return a vector of length 1 for each text, zero for a text without content.

        Returns:
            float32, shape (texts, dimensions).
        """


class FittedEmbedder(TextEmbedder):
    """An embedder that is fitted on texts; its arrays are part of a release."""

    is_fitted: ClassVar[bool] = True

    @abstractmethod
    def dump(self) -> Bundle:
        """Return the fitted arrays."""

    @property
    def fingerprint(self) -> str:
        """A hash of the arrays."""
        return hash_bundle(self.dump())


def hash_bundle(bundle: Bundle) -> str:
    """Return a hash of a bundle, 32 hexadecimal digits."""
    digest = blake2b(json.dumps(bundle.document, sort_keys=True).encode(), digest_size=16)
    for name, array in sorted(bundle.arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def normalise_rows(vectors: FeatureArray) -> FeatureArray:
    """Scale each row to length 1, in place; rows of zeros stay zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=vectors, where=length > 0)
