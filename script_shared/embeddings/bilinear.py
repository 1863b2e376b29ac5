"""A bilinear map fine-tunes vectors for pairs of two kinds, such as queries and documents.

The score of a pair is left' (I + U W') right. The map starts at the identity, the dot product; U and W have
few columns, so that some thousand pairs suffice to fit them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.arrays import Bundle
from script_shared.embeddings.embedder import hash_bundle
from script_shared.types import FeatureArray


@dataclass(frozen=True, slots=True)
class BilinearMap:
    """Vectors are stored as they are; only the vector of a query is transformed, by the side it is from.

    Attributes:
        left: U, shape (dimensions, rank).
        right: W, shape (dimensions, rank).
        scale, offset: the log odds that a pair matches are scale × score + offset.
        embedder: fingerprint of the embedder of the vectors.
    """

    left: FeatureArray
    right: FeatureArray
    scale: float
    offset: float
    embedder: str = ""

    @classmethod
    def identity(cls, dimensions: int, embedder: str = "") -> BilinearMap:
        """Return the map of which the score is the dot product."""
        none = np.zeros((dimensions, 0), np.float32)
        return cls(none, none, 1.0, 0.0, embedder)

    def transform_left(self, vectors: FeatureArray) -> FeatureArray:
        """Return vectors whose dot products with vectors of the right side are the scores.

        Args:
            vectors: of the left side, shape (n, dimensions).
        """
        return _transform(vectors, self.left, self.right)

    def transform_right(self, vectors: FeatureArray) -> FeatureArray:
        """Return vectors whose dot products with vectors of the left side are the scores.

        Args:
            vectors: of the right side, shape (n, dimensions).
        """
        return _transform(vectors, self.right, self.left)

    def score(self, left: FeatureArray, right: FeatureArray) -> FeatureArray:
        """Return the scores of n pairs; left and right have the shape (n, dimensions)."""
        return np.einsum("nd,nd->n", self.transform_left(left), right)

    def predict(self, left: FeatureArray, right: FeatureArray) -> FeatureArray:
        """Return the expected grades of n pairs, from 0 to 1; see `score`."""
        return 1 / (1 + np.exp(-(np.float32(self.scale) * self.score(left, right) + np.float32(self.offset))))

    @property
    def fingerprint(self) -> str:
        """A hash of the map."""
        return hash_bundle(self.dump())

    def dump(self) -> Bundle:
        """Return the arrays and numbers of the map."""
        numbers = {"scale": self.scale, "offset": self.offset, "embedder": self.embedder}
        return Bundle({"left": self.left, "right": self.right}, numbers)

    @classmethod
    def load(cls, bundle: Bundle) -> BilinearMap:
        """Restore a map from the result of `dump`."""
        left, right = (np.asarray(bundle.arrays[name], np.float32) for name in ("left", "right"))
        document = bundle.document
        return cls(left, right, document["scale"], document["offset"], document["embedder"])


def _transform(vectors: FeatureArray, left: FeatureArray, right: FeatureArray) -> FeatureArray:
    return np.add(vectors, (vectors @ left) @ right.T, dtype=np.float32)
