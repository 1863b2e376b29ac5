"""How much each read adds to the counts.

A read adds what its weight exceeds the largest weight of the reader's earlier reads of the item by, so that
repeats add nothing. A read before the item's publication adds nothing. All reads of a reader together add at
most a limit in each minute of the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_MINUTE
from script_shared.compiled import compiled
from script_shared.dataset import Interactions
from script_shared.state.histories import Past, reads_of
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: Users, items, times and weights.
_Columns = tuple[IntArray, IntArray, LongArray, FeatureArray]
#: Publication by item, ms UTC; the limit of a reader in a minute; zeros by item to work with.
_Rule = tuple[LongArray, float, FeatureArray]


@dataclass(frozen=True, slots=True)
class CountedReads:
    """Reads and how much each adds to the counts, shape (n,)."""

    reads: Interactions
    added: FloatArray


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch of reads changes in the counts.

    Attributes:
        new: reads that follow all earlier ones of their readers.
        removed, added: the whole histories of the other readers, without and with the batch.
    """

    new: CountedReads
    removed: CountedReads
    added: CountedReads

    @property
    def newest_ms(self) -> int:
        """The time of the newest read, ms UTC."""
        return max(int(part.reads.time.max(initial=0)) for part in (self.new, self.removed, self.added))


class Contributions:
    """Computes how much reads add.

    Args:
        items: how many there can be.
        limit: how much one reader adds at most in a minute, in plain reads.
    """

    def __init__(self, items: int, limit: float) -> None:
        self._limit = limit
        # A working array: zero between calls.
        self._largest: FeatureArray = np.zeros(items, np.float32)

    def of(self, reads: Interactions, past: Past | None, published_ms: LongArray) -> CountedReads:
        """Return how much each read adds.

        Args:
            reads: in order of time, none of them before the reader's last one in `past`.
            past: the readers' earlier reads; None for none.
            published_ms: when each item was published, ms UTC, -1 where unknown.
        """
        order = np.argsort(reads.user, kind="stable")
        added = np.empty(len(reads))
        columns = reads.user, reads.item, reads.time, reads.weight
        _fill(columns, order, past, (published_ms, self._limit, self._largest), added)
        return CountedReads(reads, added)


@compiled
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
            earlier = reads_of(user[rows[0]], past)
            first = len(earlier[0])
            if first:
                items = np.concatenate((earlier[0], items))
                times = np.concatenate((earlier[1], times))
                weights = np.concatenate((earlier[2], weights))
        added[rows] = _of_one_reader(items, times, weights, rule)[first:]
        start = end


@compiled
def _of_one_reader(items: IntArray, times: LongArray, weights: FeatureArray, rule: _Rule) -> FloatArray:
    """Return how much each of one reader's reads, in order of time, adds."""
    published_ms, limit, largest = rule
    added, minute, used = np.zeros(len(items)), -1, 0.0
    for row in range(len(items)):
        item = items[row]
        if times[row] // MS_PER_MINUTE != minute:
            minute, used = times[row] // MS_PER_MINUTE, 0.0
        if times[row] >= published_ms[item]:
            added[row] = max(min(weights[row] - largest[item], limit - used), 0.0)
            largest[item] = max(largest[item], weights[row])
            used += added[row]
    for item in items:
        largest[item] = 0.0
    return added
