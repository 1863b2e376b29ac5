"""NDCG where some items are worth more than others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

K = 10


def graded_ndcg(
    ranked: Sequence[int] | Sequence[str], wanted: Sequence[int] | Sequence[str], k: int = K
) -> float:
    """Return NDCG at `k` where the first of n wanted items is worth n, the next n − 1, the last 1.

    After Järvelin & Kekäläinen (TOIS 2002): the gain at rank r is discounted by 1 / log2(r + 1), over
    what the wanted items in their own order would gain.

    Args:
        ranked: distinct items, best first.
        wanted: in order of worth; of one that is there twice the first counts.
        k: rank beyond which nothing is gained.

    Raises:
        ValueError: nothing is wanted, or the list repeats an item.
    """
    if not wanted:
        raise ValueError("a query without targets has no score")
    if len(set(ranked)) != len(ranked):
        raise ValueError("the list repeats an item")
    distinct = list(dict.fromkeys(wanted))
    worth = dict(zip(distinct, range(len(distinct), 0, -1), strict=True))
    gained = _discounted([worth.get(item, 0) for item in ranked[:k]])
    return gained / _discounted(list(worth.values())[:k])


def _discounted(gains: Sequence[int]) -> float:
    return float(np.asarray(gains, float) @ (1 / np.log2(np.arange(2, len(gains) + 2))))
