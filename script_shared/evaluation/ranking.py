"""Ranking metrics of one list against the set of target items."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

K = 10
METRICS = ("recall", "ndcg", "hit_rate", "mrr")


def score_list(ranked: Sequence[int], targets: Collection[int], k: int = K) -> dict[str, float]:
    """Return recall, binary NDCG, hit rate and reciprocal rank at `k`.

    NDCG after Järvelin & Kekäläinen (TOIS 2002): a hit at rank r gains 1 / log2(r + 1), relative to the
    maximum for min(targets, k) items.

    Raises:
        ValueError: there are no targets, or the list repeats an item.
    """
    if not targets:
        raise ValueError("a query without targets has no score")
    if len(set(ranked)) != len(ranked):
        raise ValueError("the list repeats an item")
    hits = [rank for rank, item in enumerate(ranked[:k], start=1) if item in targets]
    ideal = sum(1 / np.log2(rank + 1) for rank in range(1, min(len(targets), k) + 1))
    return {
        "recall": len(hits) / len(targets),
        "ndcg": float(sum(1 / np.log2(rank + 1) for rank in hits) / ideal),
        "hit_rate": float(bool(hits)),
        "mrr": 1 / hits[0] if hits else 0.0,
    }
