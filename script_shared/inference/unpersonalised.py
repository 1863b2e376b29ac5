"""Lists that are nobody's own: what is read now, and what is like an item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.models.base import best
from script_shared.models.components.popularity import interleave
from script_shared.models.reasons import NEAR_YOU, TRENDING
from script_shared.state.state import State
from script_shared.types import BoolArray, IntArray, ScoredItem
from script_shared.vocabulary import UNKNOWN

#: Hours in which a read loses half its say in what is trending.
HALF_LIFE = 0.25
#: Cormack, Clarke & Büttcher, "Reciprocal rank fusion", SIGIR 2009.
_FUSION = 60
_NEIGHBOURS = 150
CO_OCCURRENCE, CONTENT = "co_occurrence", "content"


def trending(
    state: State, keys: Sequence[int], now_ms: int, n: int, allowed: BoolArray | None
) -> list[ScoredItem]:
    """Return what is read most now; within context keys, where some are known, in turns.

    Args:
        state: as of now.
        keys: context keys, -1 for unknown ones.
        now_ms: the moment.
        n: how many are wanted.
        allowed: by position, which items may be named; None for all.
    """
    known = [key for key in keys if key != UNKNOWN]
    row = state.parameters.find_half_life(HALF_LIFE)
    wanted = n if allowed is None else state.sizes.items
    lists = [state.most_popular(0, wanted, now_ms, key) for key in known] or [
        state.most_popular(row, wanted, now_ms)
    ]
    if allowed is not None:
        lists = [each[allowed[each]] for each in lists]
    items = interleave(lists, n)
    counts = state.counts.get(items, now_ms)[row]
    reason = NEAR_YOU if known else TRENDING
    return [ScoredItem(*pair, reason) for pair in zip(items.tolist(), counts.tolist(), strict=True)]


def similar(
    state: State, item: int, texts: IntArray, now_ms: int, n: int, allowed: BoolArray | None
) -> list[ScoredItem]:
    """Return what is like an item: alike by its text, or read by those who read it, or both.

    Args:
        state: as of now.
        item: position.
        texts: the items whose texts are alike, the closest first.
        now_ms: the moment.
        n: how many are wanted.
        allowed: by position, which items may be named; None for all.
    """
    others, weights, _ = state.co_occurrence.neighbours(item)
    read = best(others, weights[-1] / np.sqrt(state.shares([-1], others, now_ms)[0]), _NEIGHBOURS)
    scores: dict[int, float] = {}
    reasons: dict[int, str] = {}
    for name, ranked in ((CONTENT, texts), (CO_OCCURRENCE, read)):
        fit = ranked if allowed is None else ranked[allowed[ranked]]
        for rank, other in enumerate(fit[fit != item].tolist()):
            worth = 1.0 / (_FUSION + rank)
            if worth > scores.get(other, 0.0):
                reasons[other] = name
            scores[other] = scores.get(other, 0.0) + worth
    order = sorted(scores, key=lambda other: (-scores[other], other))[:n]
    return [ScoredItem(other, scores[other], reasons[other]) for other in order]
