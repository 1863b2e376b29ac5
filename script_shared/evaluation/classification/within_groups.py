"""Measures within groups of rows, one value a group: a score that only tells groups apart gains nothing.

The values of two models on the same labels belong to the same groups, so that their mean difference has a
paired interval: `bootstrap_means([np.stack([first, second], axis=1)])`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from script_shared.evaluation.classification.measures import roc_auc
from script_shared.types import FloatArray, IntArray


def roc_auc_within(scores: npt.ArrayLike, labels: npt.ArrayLike, groups: npt.ArrayLike) -> FloatArray:
    """Return the ROC-AUC of each group that has positive and negative rows, in the order of the groups' ids.

    Args:
        scores: shape (n,).
        labels: shape (n,), true for positives.
        groups: ids of the rows' groups, shape (n,), in any order.

    Raises:
        ValueError: the arrays differ in length, or a score is NaN.
    """
    values, positive = np.asarray(scores), np.asarray(labels)
    areas = np.array([roc_auc(values[rows], positive[rows]) for rows in _split(len(values), groups)])
    return areas[~np.isnan(areas)]


def ndcg_within(scores: npt.ArrayLike, gains: npt.ArrayLike, groups: npt.ArrayLike, k: int) -> FloatArray:
    """Return NDCG at `k` of each group that has a gain, in the order of the groups' ids.

    After Järvelin & Kekäläinen (TOIS 2002), with linear gains. Rows with equal scores share the mean of the
    gains over their ranks, as if averaged over all their orders (McSherry & Najork, ECIR 2008).

    Args:
        scores: shape (n,).
        gains: shape (n,), at least 0.
        groups: ids of the rows' groups, shape (n,), in any order.
        k: rows at later ranks gain nothing.

    Raises:
        ValueError: the arrays differ in length.
    """
    values, relevance = np.asarray(scores, np.float64), np.asarray(gains, np.float64)
    if values.shape != relevance.shape:
        raise ValueError(f"scores {values.shape} and gains {relevance.shape} are not one a row")
    parts = _split(len(values), groups)
    return np.array([_ndcg(values[rows], relevance[rows], k) for rows in parts if relevance[rows].any()])


def number_rows(groups: npt.ArrayLike) -> IntArray:
    """Return the number of each row among those of its group, in the order of the rows, from 0.

    Args:
        groups: ids of the rows' groups, shape (n,), in any order.
    """
    ids = np.asarray(groups)
    numbers = np.empty(len(ids), np.int64)
    for rows in _split(len(ids), ids):
        numbers[rows] = np.arange(len(rows))
    return numbers


def _split(n: int, groups: npt.ArrayLike) -> Iterator[IntArray]:
    """Yield the rows of each group."""
    ids = np.asarray(groups)
    if ids.shape != (n,):
        raise ValueError(f"{ids.shape} group ids for {n} rows")
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    yield from np.split(np.argsort(inverse, kind="stable"), np.cumsum(counts)[:-1])


def _ndcg(scores: FloatArray, gains: FloatArray, k: int) -> float:
    discounts = np.zeros(len(scores))
    discounts[:k] = 1 / np.log2(np.arange(2, min(k, len(scores)) + 2))
    _, inverse, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    mean_gains = np.bincount(inverse, gains) / counts
    starts = np.cumsum(counts) - counts
    gain = mean_gains @ np.add.reduceat(discounts, starts)
    return float(gain / (np.sort(gains)[::-1] @ discounts))
