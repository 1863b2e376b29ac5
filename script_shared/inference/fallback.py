"""Fills a list that came out short: the other segments' models, then the catalogue, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from script_shared.models.base import Recommender
from script_shared.models.components.popularity import MostPopular
from script_shared.state.state import State
from script_shared.types import BoolArray, IntArray, Query, ScoredItem

CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Fallback:
    """What a list can be filled with.

    Attributes:
        others: models to ask, in order.
        newest: all items of the catalogue, newest first.
        allowed: by position, which items may be named; None for all.
    """

    others: Sequence[Recommender]
    newest: IntArray
    allowed: BoolArray | None = None

    def further(self, query: Query, state: State, n: int) -> Iterator[ScoredItem]:
        """Give items that may be named, the best first; some may come twice, or have been read."""
        if self.allowed is None:
            yield from _all(query, state, n, self.others, self.newest)
            return
        # Where few may be named, the most read of them come before the newest.
        others = [*self.others, MostPopular(-1)]
        for each in _all(query, state, state.sizes.items, others, self.newest):
            if self.allowed[each.item]:
                yield each


def fill(
    ranked: Sequence[ScoredItem], query: Query, state: State, n: int, rest: Fallback
) -> list[ScoredItem]:
    """Return `n` distinct unread items while the catalogue has them; scores never rise.

    Args:
        ranked: what the segment's own model gave, best first.
        query: who asked.
        state: as of now.
        n: how many are wanted.
        rest: what comes after that.
    """
    kept = list(ranked[:n])
    seen = {each.item for each in kept} | set(query.history.tolist())
    least = kept[-1].score if kept else 0.0
    for each in rest.further(query, state, n + len(kept)):
        if len(kept) >= n:
            break
        if each.item not in seen:
            seen.add(each.item)
            least = min(least, each.score)
            kept.append(each._replace(score=least))
    return kept


def _all(
    query: Query, state: State, n: int, others: Iterable[Recommender], newest: IntArray
) -> Iterator[ScoredItem]:
    for model in others:
        yield from model.recommend(query, state, n)
    yield from (ScoredItem(item, 0.0, CATALOGUE) for item in newest.tolist())
