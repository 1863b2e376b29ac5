"""Exploration: one rank in ten is reserved for a cold-start item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from script_shared.types import ScoredItem

#: The reason of an inserted item.
EXPLORATION = "exploration"
#: The last of every ten ranks is reserved.
INTERVAL = 10
#: Shorter lists have no reserved rank.
MIN_LENGTH = 5


def insert_new_items(ranked: Sequence[ScoredItem], new_items: Iterable[int], n: int) -> list[ScoredItem]:
    """Insert new items at the last of every ten ranks, or of a shorter list; other items move down.

    Args:
        ranked: distinct items, best first.
        new_items: best first; those that are ranked already keep their rank.
        n: length of the list.
    """
    kept = list(ranked[:n])
    if n < MIN_LENGTH:
        return kept
    listed = {scored.item for scored in kept}
    places = range(min(n, INTERVAL) - 1, n, INTERVAL)
    inserted = islice((item for item in new_items if item not in listed), len(places))
    for place, item in zip(places, inserted, strict=False):
        before = kept[:place]
        kept.insert(place, ScoredItem(item, before[-1].score if before else 0.0, EXPLORATION))
    return kept[:n]
