"""How much each interaction adds to the counts.

An interaction adds the excess of its weight over the largest weight that the same user gave the same item
within a window before it, and nothing where there is no excess. A page that is reloaded counts once; an item
that the user returns to after a pause counts again. An interaction before the item's published time adds
nothing. The interactions of one user add at most a limit in each minute of the clock, and only the first 100
of a minute count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.clock import MS_PER_HOUR, MS_PER_MINUTE
from script_shared.dataset import Interactions
from script_shared.jit import jit_compiled
from script_shared.state.histories import HistoryArrays, last_of_user
from script_shared.types import FeatureArray, FloatArray, IntArray, LongArray

#: Users, items, times and weights.
_Columns = tuple[IntArray, IntArray, LongArray, FeatureArray]
#: Published time by item, ms UTC; the window of repeats, ms; the limit of a user in a minute.
_Rule = tuple[LongArray, int, float]

#: Maximum number of earlier interactions that are searched for a repeat: it bounds the cost of one.
_LOOKBACK = 1_000
#: Nobody interacts with more items in a minute by hand.
_MAX_PER_MINUTE = 100


@dataclass(frozen=True, slots=True)
class CountedInteractions:
    """Interactions and how much each adds to the counts.

    Attributes:
        interactions: n interactions.
        increments: what each adds, shape (n,).
    """

    interactions: Interactions
    increments: FloatArray


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch of interactions changes in the counts.

    Attributes:
        new: interactions that follow all earlier ones of their users.
        removed, added: whole histories of the other users, without and with the batch; None where there
            are no such users.
    """

    new: CountedInteractions
    removed: CountedInteractions | None = None
    added: CountedInteractions | None = None

    @property
    def corrections(self) -> list[tuple[CountedInteractions, float]]:
        """The whole histories that are counted again, with the sign of their increments."""
        signed = (self.removed, -1.0), (self.added, 1.0)
        return [(part, sign) for part, sign in signed if part is not None]

    @property
    def newest_ms(self) -> int:
        """The time of the newest interaction, ms UTC."""
        parts = [self.new, *(part for part, _ in self.corrections)]
        return max(int(part.interactions.time.max(initial=0)) for part in parts)


class Contributions:
    """Computes how much interactions add to the counts.

    Args:
        window: hours; a second interaction of a user with an item within this time is a repeat.
        limit: how much one user adds at most in a minute, in interactions of weight 1.
    """

    def __init__(self, window: float, limit: float) -> None:
        self._window_ms, self._limit = round(window * MS_PER_HOUR), limit

    def compute(
        self, interactions: Interactions, past: HistoryArrays | None, published_ms: LongArray
    ) -> CountedInteractions:
        """Compute how much each interaction adds.

        Args:
            interactions: in order of time, none of them before the user's last one in `past`.
            past: the users' earlier interactions; None for none.
            published_ms: published time of each item, ms UTC, -1 where unknown.
        """
        order = np.argsort(interactions.user, kind="stable")
        increments = np.empty(len(interactions))
        columns = interactions.user, interactions.item, interactions.time, interactions.weight
        _write_increments(columns, order, past, (published_ms, self._window_ms, self._limit), increments)
        return CountedInteractions(interactions, increments)


@jit_compiled
def _write_increments(
    columns: _Columns, order: LongArray, past: HistoryArrays | None, rule: _Rule, out: FloatArray
) -> None:
    """Write how much each interaction adds.

    Args:
        columns: of the interactions.
        order: the interactions' rows by user and time.
        past: the users' earlier interactions; None for none.
        rule: what limits the increments.
        out: one increment per interaction.
    """
    user, start = columns[0], 0
    for end in range(1, len(order) + 1):
        if end < len(order) and user[order[end]] == user[order[start]]:
            continue
        rows, first = order[start:end], 0
        items, times, weights = columns[1][rows], columns[2][rows], columns[3][rows]
        if past is not None:
            earlier = last_of_user(user[rows[0]], _LOOKBACK + _MAX_PER_MINUTE, past)
            first = len(earlier[0])
            if first:
                items = np.concatenate((earlier[0], items))
                times = np.concatenate((earlier[1], times))
                weights = np.concatenate((earlier[2], weights))
        out[rows] = _user_increments(items, times, weights, first, rule)
        start = end


@jit_compiled
def _user_increments(
    items: IntArray, times: LongArray, weights: FeatureArray, first: int, rule: _Rule
) -> FloatArray:
    """Return how much each of one user's interactions, in order of time, adds, from the row `first` on."""
    published_ms, _, limit = rule
    increments, minute, minute_start, used = np.zeros(len(items)), -1, 0, 0.0
    start = first
    while start and times[start - 1] // MS_PER_MINUTE == times[first] // MS_PER_MINUTE:
        start -= 1
    for row in range(start, len(items)):
        if times[row] // MS_PER_MINUTE != minute:
            minute, minute_start, used = times[row] // MS_PER_MINUTE, row, 0.0
        if row - minute_start < _MAX_PER_MINUTE and times[row] >= published_ms[items[row]]:
            largest = _largest_repeat(items, times, weights, row, rule)
            increments[row] = max(min(weights[row] - largest, limit - used), 0.0)
            used += increments[row]
    return increments[first:]


@jit_compiled
def _largest_repeat(items: IntArray, times: LongArray, weights: FeatureArray, row: int, rule: _Rule) -> float:
    """Return the largest weight that the item of a row has in the rows before it; 0 where it has none."""
    published_ms, window_ms, _ = rule
    item, largest = items[row], 0.0
    for earlier in range(row - 1, max(row - _LOOKBACK, 0) - 1, -1):
        if times[row] - times[earlier] > window_ms:
            break
        if items[earlier] == item and times[earlier] >= published_ms[item]:
            largest = max(largest, weights[earlier])
    return largest
