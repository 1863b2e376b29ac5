"""Fills a list that came out short: the other segments' models, then the catalogue, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from script_shared.models.base import Recommender
from script_shared.state.state import State
from script_shared.types import IntArray, Query, ScoredItem

CATALOGUE = "catalogue"


def fill(
    ranked: Sequence[ScoredItem],
    query: Query,
    state: State,
    n: int,
    others: Iterable[Recommender],
    newest: IntArray,
) -> list[ScoredItem]:
    """Return `n` distinct unread items while the catalogue has them.

    Args:
        ranked: what the segment's own model gave, best first.
        query: who asked.
        state: as of now.
        n: how many are wanted.
        others: models to ask next, in order.
        newest: all items of the catalogue, newest first.
    """
    kept = list(ranked[:n])
    seen = {each.item for each in kept} | set(query.history.tolist())
    for each in _further(query, state, n + len(kept), others, newest):
        if len(kept) >= n:
            break
        if each.item not in seen:
            seen.add(each.item)
            kept.append(each)
    return kept


def _further(
    query: Query, state: State, n: int, others: Iterable[Recommender], newest: IntArray
) -> Iterator[ScoredItem]:
    for model in others:
        yield from model.recommend(query, state, n)
    yield from _catalogue(newest.tolist())


def _catalogue(items: Iterable[int]) -> Iterator[ScoredItem]:
    return (ScoredItem(item, 0.0, CATALOGUE) for item in items)
