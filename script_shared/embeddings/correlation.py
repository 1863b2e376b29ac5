"""How well the cosines of an embedder agree with graded pairs of texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from script_shared.embeddings.embedder import TextEmbedder
from script_shared.types import FeatureArray, FloatArray


class TextPairs(NamedTuple):
    """n pairs of texts.

    Attributes:
        left, right: the texts, n each.
        grade: how well each pair matches, from 0 to 1, shape (n,).
    """

    left: Sequence[str]
    right: Sequence[str]
    grade: FeatureArray


class Correlation(NamedTuple):
    """Correlation of cosines and grades, from -1 to 1; nan if either has one value only.

    Attributes:
        pearson: of the values.
        spearman: of the ranks; equal values have their mean rank.
    """

    pearson: float
    spearman: float


def correlate(embedder: TextEmbedder, pairs: TextPairs) -> Correlation:
    """Return the correlation of an embedder's cosines and the grades of pairs."""
    cosines = np.einsum("nd,nd->n", embedder.encode(pairs.left), embedder.encode(pairs.right))
    grades = np.asarray(pairs.grade, np.float64)
    return Correlation(_pearson(cosines, grades), _pearson(_rank(cosines), _rank(grades)))


def _pearson(left: FloatArray | FeatureArray, right: FloatArray) -> float:
    left, right = left - left.mean(), right - right.mean()
    length = float(np.sqrt((left @ left) * (right @ right)))
    return float(left @ right) / length if length else float("nan")


def _rank(values: FloatArray | FeatureArray) -> FloatArray:
    _, position, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return (last - (count - 1) / 2)[position]
