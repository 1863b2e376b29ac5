"""A place for what is new: one in ten goes to an item that nobody could have chosen yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from script_shared.types import ScoredItem

FRESH = "fresh"
#: One place in so many; lists shorter than `LEAST` have none to spare.
EVERY, LEAST = 10, 5


def introduce(ranked: Sequence[ScoredItem], fresh: Iterable[int], n: int) -> list[ScoredItem]:
    """Put fresh items in the last place of every ten, or of a shorter list; the rest move down.

    Args:
        ranked: distinct items, best first.
        fresh: the best for the reader first; those that are listed anyway stay where they are.
        n: how many are wanted.
    """
    kept = list(ranked[:n])
    if n < LEAST:
        return kept
    listed = {each.item for each in kept}
    places = range(min(n, EVERY) - 1, n, EVERY)
    new = islice((item for item in fresh if item not in listed), len(places))
    for place, item in zip(places, new, strict=False):
        before = kept[:place]
        kept.insert(place, ScoredItem(item, before[-1].score if before else 0.0, FRESH))
    return kept[:n]
