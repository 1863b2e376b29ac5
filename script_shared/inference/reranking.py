"""A diversity dial: items of a kind that is not there yet come in, at a price in relevance.

Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998) over the first items of a ranked list, with
likeness summed over what is chosen already, as max-sum diversification has it (Gollapudi & Sharma, WWW
2009): one after the other the item with the highest (1 − dial²) · relevance − dial² · likeness is chosen.
What is chosen is shown in the order of the ranked list. On G1 this cost less NDCG for the same diversity
than likeness to the nearest item, than showing the order of choice, and than calibrated categories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from script_shared.types import FloatArray, IntArray, ScoredItem

#: How many items of the ranked list may move up.
POOL = 50

#: Likeness of each pair of items, 0 to 1, shape (items, items).
Likeness = Callable[[IntArray], FloatArray]


def same_category(categories: IntArray) -> Likeness:
    """Return a likeness: 1 for two items of one category, else 0.

    Args:
        categories: of each item, by position.
    """

    def likeness(items: IntArray) -> FloatArray:
        own = categories[items]
        return (own[:, None] == own).astype(np.float64)

    return likeness


def diversify(ranked: Sequence[ScoredItem], n: int, dial: float, likeness: Likeness) -> list[ScoredItem]:
    """Return `n` items of a ranked list, less alike the further the dial is turned.

    Args:
        ranked: distinct items, best first; of them the first `POOL` or `n` are looked at.
        n: how many are wanted.
        dial: from 0, the list as it is, to 1, differences alone.
        likeness: of items to each other.

    Raises:
        ValueError: the dial is not between 0 and 1.
    """
    if not 0 <= dial <= 1:
        raise ValueError(f"a dial goes from 0 to 1, not to {dial}")
    if not dial or n < 2:
        return list(ranked[:n])
    pool = ranked[: max(POOL, n)]
    similar_items = likeness(np.array([each.item for each in pool], np.int64))
    return [pool[place] for place in sorted(_chosen(similar_items, n, dial**2))]


def _chosen(similar_items: FloatArray, n: int, weight: float) -> list[int]:
    """Return places one after the other, ties to the higher one.

    A place is worth what NDCG gives for it: scores of different models are not comparable.
    """
    value = (1 - weight) / np.log2(np.arange(2, len(similar_items) + 2))
    penalty = weight * similar_items
    chosen: list[int] = []
    for _ in range(min(n, len(similar_items))):
        place = int(np.argmax(value))
        chosen.append(place)
        value -= penalty[place]
        value[place] = -np.inf
    return chosen
