"""What readers read next, after what this reader just read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from script_shared.models.base import Component
from script_shared.state.state import State
from script_shared.types import FeatureArray, FloatArray, IntArray, Query

SMOOTHING = 1e-4


class CoReads(Component):
    """Item-to-item scores summed over the reader's last reads.

    Each read gives the normalised weights of the items read after it, times `fade` for each step
    back in the history.

    Args:
        half_lives: hours, as the state keeps them.
        depth: how many of the last reads count.
        fade: weight lost with each step back, 0 to 1.
    """

    name: ClassVar[str] = "coreads"

    def __init__(self, half_lives: Sequence[float], depth: int = 8, fade: float = 0.7) -> None:
        self._half_lives, self._depth, self._fade = tuple(half_lives), depth, fade

    def retrieve(self, query: Query, state: State, n: int) -> IntArray:
        """Return the items with the highest summed score at the longest half-life."""
        items, scores = self._neighbours(query, state)
        best = np.argsort(-scores[-1], kind="stable")[:n] if len(items) else items
        return items[best]

    def features(self, query: Query, state: State, items: IntArray) -> FeatureArray:
        """Return log(score + smoothing), one column a half-life."""
        scores = np.zeros((len(self._half_lives), len(items)))
        known, values = self._neighbours(query, state)
        if len(known):
            places = np.minimum(np.searchsorted(known, items), len(known) - 1)
            scores = np.where(known[places] == items, values[:, places], 0.0)
        return np.log(scores.T + SMOOTHING).astype(np.float32)

    def _neighbours(self, query: Query, state: State) -> tuple[IntArray, FloatArray]:
        """Return items in ascending order, and their scores, shape (half-lives, items)."""
        recent = query.history[-self._depth :][::-1].tolist()
        rows = [state.coreads.row(item, query.now_ms) for item in recent]
        parts = [_normalised(weights) * self._fade**step for step, (_, weights) in enumerate(rows)]
        if not parts:
            return query.history[:0], np.empty((len(self._half_lives), 0))
        items, slots = np.unique(np.concatenate([row[0] for row in rows]), return_inverse=True)
        flat = np.concatenate(parts, axis=1)
        sums = [np.bincount(slots, line, minlength=len(items)) for line in flat]
        return items, np.stack(sums)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name the columns that `features` gives."""
        return tuple(f"coreads_{hours:g}h" for hours in self._half_lives)


def _normalised(weights: FloatArray) -> FloatArray:
    return weights / (weights.sum(axis=1, keepdims=True) + SMOOTHING)
