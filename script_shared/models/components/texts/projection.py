"""A linear projection of text vectors in which items that the same users interact with are close.

It is fitted by contrastive learning on pairs of items of one user, with the other pairs of a batch as
negatives (InfoNCE; van den Oord et al., 2018), and by Adam (Kingma & Ba, ICLR 2015), in numpy.
"""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.dataset import Dataset
from script_shared.types import FeatureArray, IntArray, LongArray

#: Adam's decay rates of the moments, and what keeps a denominator from 0.
_MEAN_DECAY, _SQUARE_DECAY, _EPSILON = 0.9, 0.99, 1e-6


class ProjectionParameters(BaseModel):
    """How a projection is fitted.

    Attributes:
        dimensions: maximum length of a projected vector.
        steps: number of batches.
        batch: number of pairs in a batch.
        temperature: by which cosines are divided.
        rate: learning rate of the first step; it falls linearly.
        min_pairs: with fewer pairs nothing is fitted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dimensions: int = 96
    steps: int = 400
    batch: int = 384
    temperature: float = 0.08
    rate: float = 0.005
    min_pairs: int = 5_000


def fit_projection(
    vectors: FeatureArray, row: IntArray, dataset: Dataset, parameters: ProjectionParameters
) -> FeatureArray | None:
    """Fit a projection on the pairs of a data set.

    Args:
        vectors: shape (texts, dimensions); row 0 is zero.
        row: row of each item.
        dataset: its interactions make the pairs.
        parameters: how to fit.

    Returns:
        Shape (dimensions, projected dimensions); None where there are too few pairs.
    """
    pairs = _Pairs(dataset, row)
    if len(pairs) < parameters.min_pairs:
        return None
    matrix = _principal_axes(vectors[1:], parameters.dimensions)
    mean, square = np.zeros_like(matrix), np.zeros_like(matrix)
    rng = np.random.default_rng(0)
    for step in range(1, parameters.steps + 1):
        later, earlier, users = pairs.draw(rng, parameters.batch)
        gradient = _gradient(vectors, (row[later], row[earlier], users), matrix, parameters.temperature)
        mean = _MEAN_DECAY * mean + (1 - _MEAN_DECAY) * gradient
        square = _SQUARE_DECAY * square + (1 - _SQUARE_DECAY) * gradient**2
        rate = parameters.rate * (1 - (step - 1) / parameters.steps)
        scale = np.sqrt(square / (1 - _SQUARE_DECAY**step)) + _EPSILON
        matrix -= np.float32(rate) * (mean / (1 - _MEAN_DECAY**step)) / scale
    return matrix


class _Pairs:
    """Pairs of items of one user at different times: a later one, and an earlier one, preferably recent."""

    def __init__(self, dataset: Dataset, row: IntArray) -> None:
        interactions = dataset.interactions
        has_text = np.flatnonzero(row[interactions.item] > 0)
        users, items = interactions.user[has_text], interactions.item[has_text]
        order = np.argsort(users, kind="stable")
        self._users, self._items = users[order], items[order]
        times = interactions.time[has_text][order]
        starts = np.searchsorted(self._users, self._users)
        is_first = np.append(True, (np.diff(self._users) != 0) | (np.diff(times) != 0))
        self._same_time = np.maximum.accumulate(np.where(is_first, np.arange(len(times)), 0))
        self._starts = starts
        self._later = np.flatnonzero(self._same_time > starts)
        # A user with many interactions would dominate.
        weights = 1 / np.sqrt(self._same_time[self._later] - starts[self._later])
        self._cumulative = np.cumsum(weights) / max(weights.sum(), 1e-9)

    def __len__(self) -> int:
        return len(self._later)

    def draw(self, rng: np.random.Generator, n: int) -> tuple[IntArray, IntArray, LongArray]:
        """Return later items, earlier items and users of `n` pairs."""
        places = np.minimum(np.searchsorted(self._cumulative, rng.random(n)), len(self) - 1)
        later = self._later[places]
        available = self._same_time[later] - self._starts[later]
        earlier = self._same_time[later] - 1 - (rng.random(n) ** 2 * available).astype(np.int64)
        return self._items[later], self._items[earlier], self._users[later].astype(np.int64)


def _principal_axes(vectors: FeatureArray, dimensions: int) -> FeatureArray:
    """Return the axes of the largest second moments, shape (vector length, dimensions)."""
    _, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors / len(vectors))
    return np.ascontiguousarray(axes[:, ::-1][:, :dimensions], np.float32)


def _gradient(
    vectors: FeatureArray,
    batch: tuple[IntArray, IntArray, LongArray],
    matrix: FeatureArray,
    temperature: float,
) -> FeatureArray:
    """Return the gradient of the symmetric contrastive loss of a batch."""
    first, second, users = batch
    left, right = vectors[first], vectors[second]
    u, u_length = _normalise(left @ matrix)
    v, v_length = _normalise(right @ matrix)
    logits = u @ v.T / temperature
    is_positive = (first[:, None] == first) | (second[:, None] == second) | (users[:, None] == users)
    np.fill_diagonal(is_positive, False)
    logits[is_positive] = -1e9
    by_row, by_column = _softmax(logits, 1), _softmax(logits, 0)
    slope = (by_row + by_column - 2 * np.eye(len(first))) / (2 * len(first) * temperature)
    slope = slope.astype(np.float32)
    toward_u, toward_v = slope @ v, slope.T @ u
    toward_u = (toward_u - u * (u * toward_u).sum(1, keepdims=True)) / u_length
    toward_v = (toward_v - v * (v * toward_v).sum(1, keepdims=True)) / v_length
    return left.T @ toward_u + right.T @ toward_v


def _normalise(rows: FeatureArray) -> tuple[FeatureArray, FeatureArray]:
    length = np.linalg.norm(rows, axis=1, keepdims=True) + np.float32(_EPSILON)
    return rows / length, length


def _softmax(logits: FeatureArray, axis: int) -> FeatureArray:
    exponentials = np.exp(logits - logits.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def project(vectors: FeatureArray, matrix: FeatureArray | None) -> FeatureArray:
    """Return projected vectors of length 1; unchanged ones without a projection."""
    if matrix is None:
        return vectors
    return _normalise(vectors @ matrix)[0]
