"""Fallback: fills a list that is too short from the other segments' models and then the newest items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from script_shared.models.base import Recommender
from script_shared.models.components.popularity import Popularity
from script_shared.state.state import State
from script_shared.types import IntArray, Mask, Query, ScoredItem

CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Fallback:
    """The sources of a fallback.

    Attributes:
        models: the other segments' models, in order.
        newest: all items of the catalogue, newest first.
        allowed: mask over positions of the items that may be shown; None for all.
    """

    models: Sequence[Recommender]
    newest: IntArray
    allowed: Mask = None

    def items(self, query: Query, state: State, n: int) -> Iterator[ScoredItem]:
        """Yield allowed items, best first; they may repeat or be in the history."""
        if self.allowed is None:
            yield from _rank_all(query, state, n, self.models)
            yield from _in_order(self.newest)
            return
        for scored in _rank_all(query, state, state.sizes.items, self.models):
            if self.allowed[scored.item]:
                yield scored
        # Where few items are allowed, the most popular of them come before the newest. Masks are applied to
        # whole arrays: a loop over a catalogue of 60,000 items takes 100 ms.
        popular = state.most_popular(-1, state.sizes.items, query.now_ms)
        popular = popular[self.allowed[popular]]
        scores = state.counts.get(popular, query.now_ms)[-1]
        for item, score in zip(popular.tolist(), scores.tolist(), strict=True):
            yield ScoredItem(item, score, Popularity.name)
        yield from _in_order(self.newest[self.allowed[self.newest]])


def fill_list(
    ranked: Sequence[ScoredItem], query: Query, state: State, n: int, fallback: Fallback
) -> list[ScoredItem]:
    """Return `n` distinct items outside the history, as far as the catalogue has them.

    Args:
        ranked: the list of the segment's own model, best first.
        query: the query of the list.
        state: current state.
        n: length of the list.
        fallback: where further items come from; their scores are lowered to keep scores descending.
    """
    kept = list(ranked[:n])
    seen = {scored.item for scored in kept} | set(query.history.tolist())
    lowest = kept[-1].score if kept else 0.0
    for scored in fallback.items(query, state, n + len(kept)):
        if len(kept) >= n:
            break
        if scored.item not in seen:
            seen.add(scored.item)
            lowest = min(lowest, scored.score)
            kept.append(scored._replace(score=lowest))
    return kept


def _rank_all(query: Query, state: State, n: int, models: Iterable[Recommender]) -> Iterator[ScoredItem]:
    for model in models:
        yield from model.recommend(query, state, n)


def _in_order(items: IntArray) -> Iterator[ScoredItem]:
    return (ScoredItem(item, 0.0, CATALOGUE) for item in items.tolist())
