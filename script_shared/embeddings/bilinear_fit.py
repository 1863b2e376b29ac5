"""Fits a bilinear map to graded pairs by stochastic gradient descent.

The loss is the sum of two. The logistic loss of the grades teaches what distinguishes the pairs that were
tried. The contrastive loss ranks a match above other pairs of the batch and above runner-ups, in both
directions. Runner-ups are 3 to 4 % from the top: the very best may match, although nobody has tried them
("ConFit v2", arXiv 2502.12361).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.embeddings.bilinear import BilinearMap
from script_shared.embeddings.bilinear_loss import Adam, Weights, contrastive_loss, logistic_loss
from script_shared.embeddings.bilinear_selection import choose_share, fit_odds
from script_shared.types import BoolArray, FeatureArray, IntArray
from script_shared.vocabulary import UNKNOWN

#: Runner-ups are between these shares from the top of a sample.
_RUNNER_UPS = 0.03, 0.04


class BilinearParameters(BaseModel):
    """How a bilinear map is fitted.

    Attributes:
        rank: columns of U and W.
        epochs: maximum number of passes over the pairs.
        batch: pairs of a step.
        learning_rate: of Adam.
        decay: share by which a step of length 1 shrinks U and W.
        matching_grade: pairs of this grade or a higher one match.
        contrastive: weight of the contrastive loss; that of the logistic loss is 1.
        temperature: of the contrastive loss.
        sample: number of vectors of a side among which runner-ups are sought.
        validation: share of the pairs, the last ones, by which the number of epochs is chosen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rank: int = 16
    epochs: int = 12
    batch: int = 256
    learning_rate: float = 0.003
    decay: float = 0.01
    matching_grade: float = 0.5
    contrastive: float = 1.0
    temperature: float = 0.1
    sample: int = 2_000
    validation: float = 0.1


_DEFAULT = BilinearParameters()


class GradedPairs(NamedTuple):
    """n pairs, oldest first.

    Attributes:
        left, right: rows of the vectors of the two sides, shape (n,).
        grade: how well each pair matches, from 0 to 1, shape (n,).
    """

    left: IntArray
    right: IntArray
    grade: FeatureArray

    def take(self, rows: slice | IntArray | BoolArray) -> GradedPairs:
        """Return some pairs."""
        return GradedPairs(self.left[rows], self.right[rows], self.grade[rows])


def fit_bilinear_map(
    left: FeatureArray,
    right: FeatureArray,
    pairs: GradedPairs,
    parameters: BilinearParameters = _DEFAULT,
    embedder: str = "",
) -> BilinearMap:
    """Fit a map; equal arguments give equal maps.

    Args:
        left: vectors of one side, shape (n, dimensions).
        right: vectors of the other side, shape (m, dimensions).
        pairs: rows of these vectors, and grades.
        parameters: of the fit.
        embedder: fingerprint of the embedder of the vectors.

    Returns:
        The map after the epoch of the lowest validation loss. Its U W' is multiplied by the share, from 0 to
        1, that ranks the validation matches best: it is the identity where nothing can be learned.
    """
    fit = _Fit(left, right, pairs, parameters)
    if not len(pairs.grade):
        return BilinearMap.identity(left.shape[1], embedder)
    weights = fit.run()
    scale, offset = weights.odds.tolist()
    return BilinearMap(weights.left, weights.right, scale, offset, embedder)


class _Fit:
    """The data of a fit and its random numbers."""

    def __init__(
        self, left: FeatureArray, right: FeatureArray, pairs: GradedPairs, parameters: BilinearParameters
    ) -> None:
        self._left, self._right, self._parameters = left, right, parameters
        end = len(pairs.grade) - int(parameters.validation * len(pairs.grade))
        self._training, self._validation = pairs.take(slice(end)), pairs.take(slice(end, None))
        self._matches = self._training.take(self._training.grade >= parameters.matching_grade)
        self._rng = np.random.default_rng(0)

    def run(self) -> Weights:
        """Return the weights of the lowest validation loss, shrunk."""
        parameters = self._parameters
        weights = best = self._initial_weights()
        optimiser = Adam(weights, parameters.learning_rate, parameters.decay)
        lowest = self._validate(weights)
        for _ in range(parameters.epochs):
            order = self._rng.permutation(len(self._training.grade))
            for batch in _batches(self._training.take(order), parameters.batch):
                _, gradient = self._loss(weights, batch, with_runner_ups=True)
                weights = optimiser.step(weights, gradient)
            loss = self._validate(weights)
            if loss <= lowest:
                best, lowest = weights, loss
        return self._shrink(best)

    def _shrink(self, weights: Weights) -> Weights:
        """Return the weights with the share of U W' that ranks the validation matches best."""
        is_match = self._validation.grade >= self._parameters.matching_grade
        matches = np.stack(self._validation.take(is_match)[:2], axis=1)
        if len(matches):
            share = choose_share(weights, self._left, self._right, matches)
            weights = weights._replace(left=np.float32(share) * weights.left)
        pairs = self._training
        left, right = self._left[pairs.left], self._right[pairs.right]
        moves = np.einsum("nr,nr->n", left @ weights.left, right @ weights.right)
        return weights._replace(odds=fit_odds(np.einsum("nd,nd->n", left, right) + moves, pairs.grade))

    def _initial_weights(self) -> Weights:
        dimensions, rank = self._left.shape[1], self._parameters.rank
        # U W' is zero, the identity; and its gradient is not.
        left = self._rng.normal(0, dimensions**-0.5, (dimensions, rank)).astype(np.float32)
        odds = np.array([1 / self._parameters.temperature / 2, 0], np.float32)
        return Weights(left, np.zeros_like(left), odds)

    def _validate(self, weights: Weights) -> float:
        """Return the loss of the validation pairs; without any, 0, so that the last epoch is chosen."""
        batches = _batches(self._validation, self._parameters.batch)
        return sum(self._loss(weights, batch, with_runner_ups=False)[0] for batch in batches)

    def _loss(self, weights: Weights, batch: GradedPairs, *, with_runner_ups: bool) -> tuple[float, Weights]:
        loss, gradient = logistic_loss(
            weights, self._left[batch.left], self._right[batch.right], batch.grade.astype(np.float32)
        )
        matches = batch.take(batch.grade >= self._parameters.matching_grade)
        if not len(matches.grade) or not self._parameters.contrastive:
            return loss, gradient
        left, right = matches.left, matches.right
        if with_runner_ups:
            u, w = weights.left, weights.right
            right = np.append(right, self._find_runner_ups(self._left[matches.left], self._right, u, w))
            left = np.append(left, self._find_runner_ups(self._right[matches.right], self._left, w, u))
        is_ignored = self._are_matches(left, right)
        np.fill_diagonal(is_ignored[: len(matches.grade)], val=False)
        more, slope = contrastive_loss(
            weights,
            self._left[left],
            self._right[right],
            is_ignored,
            len(matches.grade),
            self._parameters.temperature,
        )
        share = np.float32(self._parameters.contrastive)
        sums = (mine + share * other for mine, other in zip(gradient, slope, strict=True))
        return loss + float(share) * more, Weights(*sums)

    def _find_runner_ups(
        self, queries: FeatureArray, candidates: FeatureArray, u: FeatureArray, w: FeatureArray
    ) -> IntArray:
        """Return a row of the candidates for each query: a runner-up of a sample."""
        sample = self._rng.integers(0, len(candidates), self._parameters.sample)
        scores = (queries + (queries @ u) @ w.T) @ candidates[sample].T
        first, last = (int(share * len(sample)) for share in _RUNNER_UPS)
        place = int(self._rng.integers(first, last + 1))
        return sample[np.argpartition(-scores, place, axis=1)[:, place]]

    def _are_matches(self, left: IntArray, right: IntArray) -> BoolArray:
        """Return which pairs of two lists of rows are known matches, shape (len(left), len(right))."""
        names, row = np.unique(left, return_inverse=True)
        others, column = np.unique(right, return_inverse=True)
        row_of, column_of = np.full(len(self._left), UNKNOWN), np.full(len(self._right), UNKNOWN)
        row_of[names], column_of[others] = np.arange(len(names)), np.arange(len(others))
        rows, columns = row_of[self._matches.left], column_of[self._matches.right]
        is_listed = (rows != UNKNOWN) & (columns != UNKNOWN)
        table = np.zeros((len(names), len(others)), np.bool_)
        table[rows[is_listed], columns[is_listed]] = True
        return table[row][:, column]


def _batches(pairs: GradedPairs, size: int) -> Iterator[GradedPairs]:
    return (pairs.take(slice(start, start + size)) for start in range(0, len(pairs.grade), size))
