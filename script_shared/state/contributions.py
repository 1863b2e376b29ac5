"""How much each read adds to the counts.

A read adds what its weight exceeds the largest weight by that the item has among the reader's reads within a
window before, so that repeats add nothing: an item that is reloaded all the time counts once, one that is
read again after a pause counts again. A read before the item's publication adds nothing. All reads of a
reader together add at most a limit in each minute of the clock, and of a minute only the first 100 count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE
from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.state.histories import Past, last_interactions
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: Users, items, times and weights.
_Columns = tuple[IntArray, IntArray, LongArray, FeatureArray]
#: Publication by item, ms UTC; the window of repeats, ms; the limit of a reader in a minute.
_Rule = tuple[LongArray, int, float]

#: So many of a reader's reads before are looked at: the cost of a read is bounded.
_LOOKBACK = 1_000
#: No person opens more articles in a minute.
_COUNTED_A_MINUTE = 100


@dataclass(frozen=True, slots=True)
class CountedInteractions:
    """Reads and how much each adds to the counts, shape (n,)."""

    interactions: Interactions
    added: FloatArray


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch of reads changes in the counts.

    Attributes:
        new: reads that follow all earlier ones of their readers.
        removed, added: the whole histories of the other readers, without and with the batch.
    """

    new: CountedInteractions
    removed: CountedInteractions
    added: CountedInteractions

    @property
    def newest_ms(self) -> int:
        """The time of the newest read, ms UTC."""
        return max(
            int(part.interactions.time.max(initial=0)) for part in (self.new, self.removed, self.added)
        )


class Contributions:
    """Computes how much reads add.

    Args:
        window: hours; a read of an item that the reader read sooner before is a repeat.
        limit: how much one reader adds at most in a minute, in plain reads.
    """

    def __init__(self, window: float, limit: float) -> None:
        self._window_ms, self._limit = round(window * MS_PER_HOUR), limit

    def of(
        self, interactions: Interactions, past: Past | None, published_ms: LongArray
    ) -> CountedInteractions:
        """Return how much each read adds.

        Args:
            reads: in order of time, none of them before the reader's last one in `past`.
            past: the readers' earlier reads; None for none.
            published_ms: when each item was published, ms UTC, -1 where unknown.
        """
        order = np.argsort(interactions.user, kind="stable")
        added = np.empty(len(interactions))
        columns = interactions.user, interactions.item, interactions.time, interactions.weight
        _fill(columns, order, past, (published_ms, self._window_ms, self._limit), added)
        return CountedInteractions(interactions, added)


@jit_compiled
def _fill(columns: _Columns, order: LongArray, past: Past | None, rule: _Rule, added: FloatArray) -> None:
    """Write how much each read adds.

    Args:
        columns: of the reads.
        order: the reads by user and time.
        past: the users' earlier reads; None for none.
        rule: what limits them.
        added: where to, one a read.
    """
    user, start = columns[0], 0
    for end in range(1, len(order) + 1):
        if end < len(order) and user[order[end]] == user[order[start]]:
            continue
        rows, first = order[start:end], 0
        items, times, weights = columns[1][rows], columns[2][rows], columns[3][rows]
        if past is not None:
            earlier = last_interactions(user[rows[0]], _LOOKBACK + _COUNTED_A_MINUTE, past)
            first = len(earlier[0])
            if first:
                items = np.concatenate((earlier[0], items))
                times = np.concatenate((earlier[1], times))
                weights = np.concatenate((earlier[2], weights))
        added[rows] = _of_one_reader(items, times, weights, first, rule)
        start = end


@jit_compiled
def _of_one_reader(
    items: IntArray, times: LongArray, weights: FeatureArray, first: int, rule: _Rule
) -> FloatArray:
    """Return how much each of one reader's reads, in order of time, adds, from the row `first` on."""
    published_ms, _, limit = rule
    added, minute, begin, used = np.zeros(len(items)), -1, 0, 0.0
    row = first
    while row and times[row - 1] // MS_PER_MINUTE == times[first] // MS_PER_MINUTE:
        row -= 1
    for at in range(row, len(items)):
        if times[at] // MS_PER_MINUTE != minute:
            minute, begin, used = times[at] // MS_PER_MINUTE, at, 0.0
        if at - begin < _COUNTED_A_MINUTE and times[at] >= published_ms[items[at]]:
            largest = _largest(items, times, weights, at, rule)
            added[at] = max(min(weights[at] - largest, limit - used), 0.0)
            used += added[at]
    return added[first:]


@jit_compiled
def _largest(items: IntArray, times: LongArray, weights: FeatureArray, row: int, rule: _Rule) -> float:
    """Return the largest weight of the item of a row among the rows before it; 0 where there is none."""
    published_ms, window_ms, _ = rule
    item, largest = items[row], 0.0
    for at in range(row - 1, max(row - _LOOKBACK, 0) - 1, -1):
        if times[row] - times[at] > window_ms:
            break
        if items[at] == item and times[at] >= published_ms[item]:
            largest = max(largest, weights[at])
    return largest
