"""Computes features of past applications as of their days, and of pairs as of a later day."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from script_shared.domains.recruiting.matching.data.match_data import MatchData
from script_shared.domains.recruiting.matching.features.feature_table import (
    Past,
    Records,
    compute_features,
    compute_ranked,
    feature_groups,
)
from script_shared.domains.recruiting.matching.features.history_features import Queries
from script_shared.domains.recruiting.matching.features.past_pairs import GroupedApplications
from script_shared.domains.recruiting.matching.features.record_counts import RecordCounts, list_events
from script_shared.domains.recruiting.matching.features.record_keys import KeyIndex
from script_shared.types import FeatureArray, IntArray, LongArray
from script_shared.vocabulary import UNKNOWN

#: Queries whose features are computed together.
_BLOCK = 20_000
_SHIFT = 32


class FeatureBuilder:
    """Computes features from openings, applicants and applications.

    Args:
        data: what is known.
    """

    def __init__(self, data: MatchData) -> None:
        self.data, table = data, data.applications
        self._keys = KeyIndex.fit(data.openings.codes[table.openings], table.recruiters)
        self._application_keys = self._keys.find(data.openings.codes[table.openings], table.recruiters)
        self._events = list_events(table)
        self._by_applicant = GroupedApplications.group(table.applicants, table.days)
        self._by_opening = GroupedApplications.group(table.openings, table.days)

    @classmethod
    def from_applications(cls, data: MatchData) -> FeatureBuilder:
        """Return a builder whose data has the similarities of all applications, which are computed."""
        rows = np.arange(len(data.applications))
        blocks = [compute_ranked(queries, past) for queries, past in cls(data)._read(rows)]
        return cls(data.with_similarities(np.concatenate([data.similarities[:0], *blocks])))

    def build_past(self, rows: IntArray) -> FeatureArray:
        """Return the features of past applications as of their days, shape (len(rows), features).

        Args:
            rows: of the table of applications, ascending.
        """
        counts, since = RecordCounts(self._keys.sizes).replay(
            self._events,
            self._application_keys,
            self.data.applications.days[rows],
            self._application_keys[rows],
        )
        out = np.empty((len(rows), len(feature_groups())), np.float32)
        start = 0
        for queries, past in self._read(rows):
            block = slice(start, start + len(queries))
            records = Records(self._application_keys[rows[block]], counts[block], since[block])
            out[block] = compute_features(queries, past, records)
            start = block.stop
        return out

    def _read(self, rows: IntArray) -> Iterator[tuple[Queries, Past]]:
        """Yield blocks of past applications as queries, with what was before them."""
        data, table = self.data, self.data.applications
        for start in range(0, len(rows), _BLOCK):
            block = rows[start : start + _BLOCK]
            openings, applicants, days = table.openings[block], table.applicants[block], table.days[block]
            queries = Queries(
                days, table.recruiters[block], data.openings.take(openings), data.applicants.take(applicants)
            )
            history = self._by_applicant.pair(applicants, days)
            pool = self._by_opening.pair(openings, days)
            yield queries, Past(table, data.similarities, data.openings, history, pool)

    def build_pairs(self, queries: Queries, past: Past) -> FeatureArray:
        """Return the features of pairs as of days after all of the data, shape (n, features)."""
        keys = self._keys.find(queries.openings.codes, queries.recruiters)
        order = np.argsort(queries.days, kind="stable")
        counts, since = self._latest_counts.read(queries.days[order], keys[order])
        back = np.argsort(order)
        return compute_features(queries, past, Records(keys, counts[back], since[back]))

    @cached_property
    def _latest_counts(self) -> RecordCounts:
        counts = RecordCounts(self._keys.sizes)
        nothing = np.empty(0, np.int32)
        counts.replay(self._events, self._application_keys, nothing, self._application_keys[:0])
        return counts

    def find_applications(self, openings: IntArray, applicants: IntArray) -> IntArray:
        """Return the row of each pair in the table of applications, -1 where there is none.

        Args:
            openings: positions, -1 where unknown.
            applicants: positions, -1 where unknown.
        """
        pairs, rows = self._rows_by_pair
        wanted = _pair(openings, applicants)
        found = np.minimum(np.searchsorted(pairs, wanted), max(len(pairs) - 1, 0))
        is_found = (openings >= 0) & (applicants >= 0)
        if len(pairs):
            is_found &= pairs[found] == wanted
        return np.where(is_found, rows[found] if len(rows) else UNKNOWN, UNKNOWN).astype(np.int32)

    @cached_property
    def _rows_by_pair(self) -> tuple[LongArray, IntArray]:
        table = self.data.applications
        pairs = _pair(table.openings, table.applicants)
        order = np.argsort(pairs, kind="stable")
        return pairs[order], order.astype(np.int32)


def _pair(openings: IntArray, applicants: IntArray) -> LongArray:
    return (openings.astype(np.int64) << _SHIFT) + applicants
