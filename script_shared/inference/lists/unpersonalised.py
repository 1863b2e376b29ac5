"""Lists that are the same for all users: trending items, and items similar to an item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from script_shared.models.components.popularity import interleave
from script_shared.models.kernels import top_items
from script_shared.models.reasons import CONTEXT, TRENDING
from script_shared.state.state import State
from script_shared.types import IntArray, Mask, ScoredItem
from script_shared.vocabulary import UNKNOWN

#: Hours; the half-life of the counts that define trending items.
HALF_LIFE = 0.25
#: The constant of reciprocal rank fusion (Cormack, Clarke & Büttcher, SIGIR 2009).
_FUSION = 60
#: Number of co-occurring items that are ranked.
_NEIGHBOURS = 150
CO_OCCURRENCE, CONTENT = "co_occurrence", "content"


def rank_trending(state: State, keys: Sequence[int], now_ms: int, n: int, allowed: Mask) -> list[ScoredItem]:
    """Return the most popular items now; with known context keys, those within each key, interleaved.

    Args:
        state: current state.
        keys: context keys, -1 for unknown ones.
        now_ms: current moment, ms UTC.
        n: length of the list.
        allowed: mask over positions of the items that may be shown; None for all.
    """
    known = [key for key in keys if key != UNKNOWN]
    row = state.parameters.find_half_life(HALF_LIFE)
    wanted = n if allowed is None else state.sizes.items
    lists = [state.most_popular(0, wanted, now_ms, key) for key in known]
    lists = lists or [state.most_popular(row, wanted, now_ms)]
    if allowed is not None:
        lists = [items[allowed[items]] for items in lists]
    items = interleave(lists, n)
    counts = state.counts.get(items, now_ms)[row]
    reason = CONTEXT if known else TRENDING
    return [ScoredItem(*pair, reason) for pair in zip(items.tolist(), counts.tolist(), strict=True)]


def rank_similar(
    state: State, item: int, by_text: IntArray, now_ms: int, n: int, allowed: Mask
) -> list[ScoredItem]:
    """Return the items most similar to an item: text similarity and co-occurrence, fused by rank.

    Args:
        state: current state.
        item: position.
        by_text: items with similar texts, most similar first.
        now_ms: current moment, ms UTC.
        n: length of the list.
        allowed: mask over positions of the items that may be shown; None for all.
    """
    others, weights, _ = state.co_occurrence.neighbours(item)
    lift = weights[-1] / np.sqrt(state.shares([-1], others, now_ms)[0])
    co_occurring = top_items(others, lift, _NEIGHBOURS)
    scores: dict[int, float] = {}
    reasons: dict[int, str] = {}
    for reason, ranked in ((CONTENT, by_text), (CO_OCCURRENCE, co_occurring)):
        shown = ranked if allowed is None else ranked[allowed[ranked]]
        for rank, other in enumerate(shown[shown != item].tolist()):
            score = 1.0 / (_FUSION + rank)
            if score > scores.get(other, 0.0):
                reasons[other] = reason
            scores[other] = scores.get(other, 0.0) + score
    order = sorted(scores, key=lambda other: (-scores[other], other))[:n]
    return [ScoredItem(other, scores[other], reasons[other]) for other in order]
