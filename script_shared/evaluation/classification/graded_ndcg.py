"""NDCG with graded relevance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

K = 10


def graded_ndcg(
    ranked: Sequence[int] | Sequence[str], targets: Sequence[int] | Sequence[str], k: int = K
) -> float:
    """Return NDCG at `k` where the first of n targets has relevance n, the next n − 1, the last 1.

    After Järvelin & Kekäläinen (TOIS 2002): the gain at rank r is discounted by 1 / log2(r + 1), relative
    to the gain of the targets in their own order.

    Args:
        ranked: distinct items, best first.
        targets: most relevant first; of repeated items the first counts.
        k: lower ranks gain nothing.

    Raises:
        ValueError: there are no targets, or the list repeats an item.
    """
    if not targets:
        raise ValueError("a query without targets has no score")
    if len(set(ranked)) != len(ranked):
        raise ValueError("the list repeats an item")
    distinct = list(dict.fromkeys(targets))
    relevance = dict(zip(distinct, range(len(distinct), 0, -1), strict=True))
    gain = _discounted_sum([relevance.get(item, 0) for item in ranked[:k]])
    return gain / _discounted_sum(list(relevance.values())[:k])


def _discounted_sum(gains: Sequence[int]) -> float:
    return float(np.asarray(gains, float) @ (1 / np.log2(np.arange(2, len(gains) + 2))))
