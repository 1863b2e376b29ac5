"""Category transitions: which categories follow those of the user's last interactions."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import Component
from script_shared.models.caches import SLOW_REFRESH
from script_shared.models.reasons import CATEGORIES
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Weight of the prior: transitions distributed like those from all categories.
PRIOR_TRANSITIONS = 5.0
#: Number of most popular categories with a row; all others share one. It bounds memory.
_MAX_CATEGORIES = 500
#: Newest interactions of the user that count.
_HISTORY = 4


#: Counts of transitions: the row of each category, the last one for all less popular categories; decayed
#: weights before scaling, from row to column; the sum of each row; the share of each column.
Transitions = tuple[IntArray, FloatArray, FloatArray, FloatArray]


class CategoryTransitions(Component):
    """Log lift of an item's category after that of the last item, and the mean lift after the last four.

    lift(a, b) = (count(a, b) + prior · share(b)) / ((count(a) + prior) · share(b)). The counts are the
    weights of the state's `co_occurrence` pairs at the longest half-life. Without transitions from a or to
    b the log lift is 0.
    """

    name: ClassVar[str] = "category_transitions"
    reason: ClassVar[str] = CATEGORIES
    feature_names = ("category_after_last", "category_after_visit")

    def write_features(self, query: Query, state: State, items: IntArray, out: FeatureArray) -> None:
        """Write the two log lifts; 0 without history."""
        if not len(query.history):
            out[:] = 0.0
            return
        counted = state.get_cached(self.name, query.now_ms, lambda: _count_transitions(state), SLOW_REFRESH)
        scale = float(state.co_occurrence.scale(query.now_ms)[-1])
        _write_lifts(counted, scale, state.items.category, query.history[-_HISTORY:], items, out)


def _count_transitions(state: State) -> Transitions:
    first, second, weights = state.co_occurrence.get_all()
    weight, category = weights[-1], state.items.category
    popularity = np.bincount(category[second], weight, int(category.max(initial=0)) + 1)
    popular = np.argsort(-popularity, kind="stable")[:_MAX_CATEGORIES]
    row = np.full(len(popularity), len(popular), np.int32)
    row[popular] = np.arange(len(popular))
    size = len(popular) + 1
    cells = row[category[first]].astype(np.int64) * size + row[category[second]]
    counts: FloatArray = np.zeros((size, size))
    counts += np.bincount(cells, weight, size * size).reshape(size, size)
    return row, counts, counts.sum(axis=1), counts.sum(axis=0) / max(float(counts.sum()), 1e-9)


@jit_compiled
def _write_lifts(
    transitions: Transitions,
    scale: float,
    category: IntArray,
    history: IntArray,
    items: IntArray,
    out: FeatureArray,
) -> None:
    """Write the log lift after the last item of a history, and the mean over all its items.

    Args:
        transitions: see `Transitions`.
        scale: decay factor of the counts.
        category: category of every item; one that is newer than the counts uses the shared row.
        history: the user's items, newest last.
        items: positions.
        out: shape (items, 2).
    """
    row_of, counts, totals, shares = transitions
    shared = len(totals) - 1
    for index in range(len(items)):
        item_category = category[items[index]]
        target = row_of[item_category] if item_category < len(row_of) else shared
        lift, total = np.float32(0.0), np.float32(0.0)
        for item in history if shares[target] > 0.0 else history[:0]:
            source = row_of[category[item]] if category[item] < len(row_of) else shared
            expected = (totals[source] * scale + PRIOR_TRANSITIONS) * shares[target]
            count = counts[source, target] * scale + PRIOR_TRANSITIONS * shares[target]
            lift = np.log(np.float32(count / expected))
            total += lift
        out[index, 0], out[index, 1] = lift, total / len(history)
