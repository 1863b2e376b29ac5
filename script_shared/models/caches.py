"""Caches of intermediate results that several calls need in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import ref

import numpy.typing as npt

from script_shared.state.state import State
from script_shared.types import IntArray, Query

T = TypeVar("T")

#: Statistics that change over hours and cost tens of milliseconds are recomputed so many times less often
#: than cached lists: every five minutes where lists are recomputed every half second.
SLOW_REFRESH = 600.0


class QueryCache(Generic[T]):
    """Stores the last result computed for a query: retrieval and features share it."""

    def __init__(self) -> None:
        self._entry: tuple[ref[Query], ref[State], int, T] | None = None

    def get(self, query: Query, state: State, compute: Callable[[Query, State], T]) -> T:
        """Return the result of `compute`, computed once for a query and a version of the state."""
        entry = self._entry
        if entry is None or entry[0]() is not query or entry[1]() is not state or entry[2] != state.version:
            entry = (ref(query), ref(state), state.version, compute(query, state))
            self._entry = entry
        return entry[3]

    def clear(self) -> None:
        """Drop the entry."""
        self._entry = None


class PoolCache:
    """Stores the table rows of the most popular items while the list and the table are the same objects."""

    def __init__(self) -> None:
        self._entry: tuple[object, int, object, npt.NDArray[Any]] | None = None

    def get(self, table: object, items: IntArray, gather: Callable[[IntArray], npt.NDArray[Any]]) -> Any:
        """Return the result of `gather` for the first items of a list that `State.most_popular` caches."""
        entry, source = self._entry, items.base
        if source is None:
            return gather(items)
        if entry is None or entry[0] is not source or entry[1] != len(items) or entry[2] is not table:
            entry = self._entry = source, len(items), table, gather(items)
        return entry[3]

    def clear(self) -> None:
        """Drop the entry."""
        self._entry = None
