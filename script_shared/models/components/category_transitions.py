"""Which sections are read after which: categories that follow those of the reader's last reads."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from script_shared.jit import jit_compiled
from script_shared.models.base import DRIFTS, Component
from script_shared.models.reasons import YOUR_SECTIONS
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

#: Steps of the whole audience mixed into those that left a category.
PRIOR_STEPS = 5.0
#: The categories read most; the others count as one. It bounds memory.
_NAMED = 500
#: The reader's newest reads count, so many.
_DEPTH = 4


class Steps(NamedTuple):
    """How often a category is read after another.

    Attributes:
        row: of each category; the last stands for all that are not named.
        steps: unscaled weights, from row to column.
        left: their sums by row.
        usual: each column's share of all.
    """

    row: IntArray
    steps: FloatArray
    left: FloatArray
    usual: FloatArray


class CategoryTransitions(Component):
    """Log lift of an item's category after that of the last read, and the mean over the last four.

    The steps are those of the state's `co_occurrence` at their longest half-life. What is read next out of
    a category is smoothed by `PRIOR_STEPS` steps of everybody: one that nobody left, or came to, gives 0.
    """

    name: ClassVar[str] = "category_transitions"
    reason: ClassVar[str] = YOUR_SECTIONS

    def fill(self, query: Query, state: State, items: IntArray, told: FeatureArray) -> None:
        """Write the two lifts; 0 for a reader without history."""
        if not len(query.history):
            told[:] = 0.0
            return
        known = state.get_cached(self.name, query.now_ms, lambda: _count(state), DRIFTS)
        scale, read = float(state.co_occurrence.scale(query.now_ms)[-1]), query.history[-_DEPTH:]
        _lift(
            (known.row, known.steps, known.left, known.usual), scale, state.items.category, read, items, told
        )

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return ("category_after_last", "category_after_visit")


def _count(state: State) -> Steps:
    first, second, weights = state.co_occurrence.get_all()
    weight, category = weights[-1], state.items.category
    read = np.bincount(category[second], weight, int(category.max(initial=0)) + 1)
    named = np.argsort(-read, kind="stable")[:_NAMED]
    row = np.full(len(read), len(named), np.int32)
    row[named] = np.arange(len(named))
    size = len(named) + 1
    cells = row[category[first]].astype(np.int64) * size + row[category[second]]
    steps: FloatArray = np.zeros((size, size))
    steps += np.bincount(cells, weight, size * size).reshape(size, size)
    return Steps(row, steps, steps.sum(axis=1), steps.sum(axis=0) / max(float(steps.sum()), 1e-9))


@jit_compiled
def _lift(
    known: tuple[IntArray, FloatArray, FloatArray, FloatArray],
    scale: float,
    category: IntArray,
    read: IntArray,
    items: IntArray,
    told: FeatureArray,
) -> None:
    """Write the lift after the last of the reads, and the mean after each of them.

    Args:
        known: see `Steps`.
        scale: of its counts.
        category: of every item; one that came since the steps were counted is among the unnamed.
        read: what the reader read, the newest last.
        items: which items.
        told: where to, shape (items, 2).
    """
    row, steps, left, usual = known
    others = len(left) - 1
    for at in range(len(items)):
        to = category[items[at]]
        to, lift, total = row[to] if to < len(row) else others, np.float32(0.0), np.float32(0.0)
        for item in read if usual[to] > 0.0 else read[:0]:
            of = row[category[item]] if category[item] < len(row) else others
            expected = (left[of] * scale + PRIOR_STEPS) * usual[to]
            lift = np.log(np.float32((steps[of, to] * scale + PRIOR_STEPS * usual[to]) / expected))
            total += lift
        told[at, 0], told[at, 1] = lift, total / len(read)
