"""The keys of records: what applications are counted by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from script_shared.domains.recruiting.matching.data.entity_values import CATEGORIES
from script_shared.types import Arrays, IntArray, LongArray
from script_shared.vocabulary import UNKNOWN

RECRUITER = "recruiter"
#: By key the parts of which it consists: categories of the opening, and the recruiter.
KEYS: Mapping[str, tuple[str, ...]] = {
    "market": (),
    "title": ("title",),
    "areas": ("areas",),
    "level": ("level",),
    "contract": ("contract",),
    "client": ("client",),
    "analyst": ("analyst",),
    "client_analyst": ("client", "analyst"),
    "client_contract": ("client", "contract"),
    "client_level": ("client", "level"),
    "client_areas": ("client", "areas"),
    "recruiter": (RECRUITER,),
    "client_recruiter": ("client", RECRUITER),
    "recruiter_analyst": (RECRUITER, "analyst"),
    "recruiter_areas": (RECRUITER, "areas"),
    "recruiter_level": (RECRUITER, "level"),
}
KEY_NAMES = tuple(KEYS)
#: Keys that all applications of an opening share; the others depend on the recruiter.
IS_OF_OPENING = np.array([RECRUITER not in parts for parts in KEYS.values()])
_SHIFT = 31


class KeyIndex:
    """The positions of the keys that occur in the past.

    Args:
        known: by key the sorted combinations of its parts.
    """

    def __init__(self, known: Mapping[str, LongArray]) -> None:
        self._known = known

    @classmethod
    def fit(cls, codes: IntArray, recruiters: IntArray) -> KeyIndex:
        """Index the keys of applications; the arguments are those of `find`."""
        combined = _combine(codes, recruiters)
        return cls({name: np.unique(values[values >= 0]) for name, values in combined.items()})

    @property
    def sizes(self) -> list[int]:
        """The number of the positions of each key."""
        return [len(values) for values in self._known.values()]

    def find(self, codes: IntArray, recruiters: IntArray) -> IntArray:
        """Return the positions of keys, -1 where a part is unknown or the key is new; shape (n, len(KEYS)).

        Args:
            codes: the categories of the opening of each application, shape (n, len(CATEGORIES)).
            recruiters: shape (n,).
        """
        positions = np.empty((len(codes), len(KEYS)), np.int32)
        for column, (name, values) in enumerate(_combine(codes, recruiters).items()):
            known = self._known[name]
            found = np.searchsorted(known, values)
            is_known = found < len(known)
            is_known[is_known] = known[found[is_known]] == values[is_known]
            positions[:, column] = np.where(is_known, found, UNKNOWN)
        return positions

    def dump(self) -> Arrays:
        """Return the combinations by key."""
        return dict(self._known)

    @classmethod
    def load(cls, arrays: Mapping[str, Any]) -> KeyIndex:
        """Restore the index from the result of `dump`."""
        return cls({name: np.asarray(arrays[name], np.int64) for name in KEYS})


def _combine(codes: IntArray, recruiters: IntArray) -> dict[str, LongArray]:
    """Return by key one number for each combination of its parts, -1 where a part is unknown."""
    columns = {name: codes[:, column] for column, name in enumerate(CATEGORIES)} | {RECRUITER: recruiters}
    return {
        name: _combine_parts([columns[part] for part in parts], len(codes)) for name, parts in KEYS.items()
    }


def _combine_parts(parts: list[IntArray], rows: int) -> LongArray:
    combined = np.zeros(rows, np.int64)
    for part in parts:
        unknown = (part < 0) | (combined < 0)
        combined = np.where(unknown, UNKNOWN, (combined << _SHIFT) + part)
    return combined
