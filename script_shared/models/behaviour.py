"""How a reader reads, in numbers: the features that clusters are made of."""

from __future__ import annotations

import numpy as np

from script_shared.clock import MS_PER_HOUR
from script_shared.state.state import State
from script_shared.types import FloatArray, IntArray, Query

_DAY_MS = 24 * MS_PER_HOUR
_LARGEST_CATEGORIES = 16


def behaviour(query: Query, state: State, category: IntArray) -> FloatArray:
    """Describe the reader of a query by what the history tells.

    Time between reads is left out: sources stamp it badly, or not at all.

    Args:
        query: its history must not be empty.
        state: tells when each item was first read.
        category: rank of each item's category by reads, 0 the largest; cut at the 16 largest.

    Returns:
        Number of reads (log), hours since the last (log), time of day as two circular means, mean
        and spread of engagement, freshness of what is read (log hours), category shares.
    """
    angle = 2 * np.pi * (query.times % _DAY_MS) / _DAY_MS
    age = np.maximum(query.times - state.first_ms[query.history], 0) / MS_PER_HOUR
    idle = max(query.now_ms - int(query.times[-1]), 0) / MS_PER_HOUR
    ranks = np.minimum(category[query.history], _LARGEST_CATEGORIES)
    shares = np.bincount(ranks, minlength=_LARGEST_CATEGORIES + 1) / len(ranks)
    head = [
        np.log1p(len(query.history)),
        np.log1p(idle),
        np.sin(angle).mean(),
        np.cos(angle).mean(),
        query.weights.mean(),
        query.weights.std(),
        np.log1p(age).mean(),
    ]
    return np.concatenate([head, shares])
