"""The state: everything that changes with an interaction, folded in order of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from script_shared.bundle import Bundle
from script_shared.clock import MS_PER_HOUR
from script_shared.dataset import Dataset, Interactions
from script_shared.state.coreads import CoReads
from script_shared.state.counts import DecayedCounts
from script_shared.state.histories import Histories
from script_shared.types import NO_ITEMS, FloatArray, IntArray, LongArray, Query
from script_shared.vocabulary import UNKNOWN

NEVER = np.iinfo(np.int64).max

#: Ranks of a most-read list that are worked out at once and kept.
_KEPT = 1_000


class StateParameters(BaseModel):
    """What the state counts, and for how long.

    Attributes:
        half_lives: hours, of the counts over all readers, ascending.
        key_half_lives: hours, of the counts within a context key (region, device), ascending.
        coread_half_lives: hours, of the pairs of items read one after the other, ascending.
        coread_distance: how many steps apart two paired reads may lie.
        coread_window: hours; reads further apart are not paired.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    half_lives: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0, 4.0, 24.0)
    key_half_lives: tuple[float, ...] = (0.5, 2.0)
    coread_half_lives: tuple[float, ...] = (1.0, 4.0)
    coread_distance: int = 5
    coread_window: float = 36.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the vocabularies are."""

    users: int
    items: int
    keys: int


class State:
    """Decayed counts, co-reads, histories and first sightings, all kept by one `apply`.

    Attributes:
        counts: decayed counts of items over all readers.
        key_counts: decayed counts of (context key, item), at slot key · items + item.
        coreads: decayed pairs of items.
        histories: what each reader has read.
        first_ms: when an item was first read, `NEVER` if not yet.
        version: grows with every `apply`.
    """

    def __init__(self, parameters: StateParameters, sizes: Sizes) -> None:
        self.parameters, self.sizes = parameters, sizes
        window = int(parameters.coread_window * MS_PER_HOUR)
        self.counts = DecayedCounts(parameters.half_lives, sizes.items)
        self._all = DecayedCounts(parameters.half_lives, 1)
        self.key_counts = DecayedCounts(parameters.key_half_lives, sizes.keys * sizes.items)
        self.key_totals = DecayedCounts(parameters.key_half_lives, sizes.keys)
        self.coreads = CoReads(parameters.coread_half_lives, sizes.items, parameters.coread_distance, window)
        self.histories = Histories(sizes.users)
        self.first_ms: LongArray = np.full(sizes.items, NEVER, np.int64)
        self.version = 0
        self._top: dict[tuple[int, int], IntArray] = {}

    @classmethod
    def of(cls, dataset: Dataset, parameters: StateParameters) -> State:
        """Fold a whole data set."""
        sizes = Sizes(len(dataset.users), len(dataset.items), len(dataset.keys))
        state = cls(parameters, sizes)
        state.apply(dataset.interactions)
        return state

    def apply(self, new: Interactions) -> None:
        """Fold interactions in; they are in order of time and none is earlier than those before."""
        if not len(new):
            return
        self.counts.apply(new.item, new.time)
        self._all.apply(np.zeros(len(new), np.int32), new.time)
        for column in new.keys.T:
            self._apply_keys(column, new)
        self.coreads.apply(new, self.histories)
        self.histories.apply(new)
        np.minimum.at(self.first_ms, new.item, new.time)
        self.version += 1
        self._top.clear()

    def _apply_keys(self, key: IntArray, new: Interactions) -> None:
        known = np.flatnonzero(key != UNKNOWN)
        slots = key[known].astype(np.int64) * self.sizes.items + new.item[known]
        self.key_counts.apply(slots, new.time[known])
        self.key_totals.apply(key[known], new.time[known])

    def query(self, user: int, now_ms: int, *, keys: tuple[int, ...], user_type: str | None = None) -> Query:
        """Describe a reader at a moment."""
        items, times, weights = self.histories.of(user)
        return Query(user, user_type, keys, items, times, weights, now_ms)

    def totals(self, now_ms: int) -> FloatArray:
        """Return the decayed number of all reads, one a half-life."""
        return self._all.at(slice(None), now_ms)[:, 0]

    def most_read(self, half_life: int, n: int, key: int = UNKNOWN) -> IntArray:
        """Return the `n` items with the highest counts, best first, ties by position.

        Args:
            half_life: row of `half_lives`, or of `key_half_lives` when a key is given.
            n: how many; fewer are returned when fewer were ever read.
            key: count only within this context key.

        The order at one half-life does not change while time alone passes, so it is kept until
        the next interaction.
        """
        ranked = self._top.get((half_life, key), NO_ITEMS)
        if len(ranked) < n:
            ranked = _largest(self._row(half_life, key), max(n, _KEPT))
            self._top[half_life, key] = ranked
        return ranked[:n]

    def _row(self, half_life: int, key: int) -> FloatArray:
        if key == UNKNOWN:
            return self.counts.values[half_life]
        start = key * self.sizes.items
        return self.key_counts.values[half_life, start : start + self.sizes.items]

    def snapshot(self) -> dict[str, Bundle]:
        """Return the state as bundles of arrays, by part."""
        return {
            "counts": Bundle(self.counts.snapshot()),
            "totals": Bundle(self._all.snapshot()),
            "key_counts": Bundle(self.key_counts.snapshot()),
            "key_totals": Bundle(self.key_totals.snapshot()),
            "coreads": Bundle(self.coreads.snapshot()),
            "histories": Bundle(self.histories.snapshot()),
            "items": Bundle({"first_ms": self.first_ms.copy()}),
        }

    def restore(self, parts: dict[str, Bundle]) -> None:
        """Take the state back."""
        for name in ("counts", "key_counts", "key_totals", "coreads", "histories"):
            getattr(self, name).restore(parts[name].arrays)
        self._all.restore(parts["totals"].arrays)
        self.first_ms = np.asarray(parts["items"].arrays["first_ms"], np.int64)
        self._top.clear()


def _largest(values: FloatArray, n: int) -> IntArray:
    """Return the positions of the `n` largest positive values, largest first, ties by position."""
    n = min(n, len(values))
    if n == 0:
        return np.empty(0, np.int32)
    floor = max(np.partition(values, len(values) - n)[len(values) - n], np.finfo(float).tiny)
    places = np.flatnonzero(values >= floor)
    return places[np.argsort(-values[places], kind="stable")][:n].astype(np.int32)
