"""Features of the applicants that an opening had before: how many, by whom, and what became of them."""

from __future__ import annotations

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES, ApplicationTable
from script_shared.domains.recruiting.matching.features.history_features import (
    UNDECIDED,
    Queries,
    rank_outcomes,
)
from script_shared.domains.recruiting.matching.features.past_pairs import PastPairs
from script_shared.domains.recruiting.matching.features.record_counts import EVENTS, FILLED, HALF_LIVES
from script_shared.types import BoolArray, FeatureArray, FloatArray

#: By these features a person is ranked among the earlier applicants of the opening.
RANKED = ("past_title_max", "past_text_max", "title_similarity")
_WEEK = 7


class PoolFeatures:
    """Computes the features of the earlier applicants of openings.

    Args:
        queries: the queries.
        pairs: each query with the opening's past applications.
        past: all past applications.
    """

    def __init__(self, queries: Queries, pairs: PastPairs, past: ApplicationTable) -> None:
        self._pairs = pairs
        query, row = pairs.queries, pairs.rows
        self._days, self._updated = past.days[row], past.updated[row]
        self._ages = (queries.days[query] - self._days).astype(np.float64)
        is_known = (self._updated >= 0) & (self._updated < queries.days[query])
        self._update_ages = np.where(is_known, queries.days[query] - self._updated, 0).astype(np.float64)
        self._outcomes = past.outcomes[row] & is_known[:, None]
        self._same_recruiter = (queries.recruiters[query] == past.recruiters[row]) & (
            past.recruiters[row] >= 0
        )

    def build(self) -> dict[str, FloatArray]:
        """Return the features of the order in which people applied, by name; each of shape (queries,)."""
        pairs, same = self._pairs, self._same_recruiter
        is_new_day = np.append(True, (np.diff(self._days) != 0) | (np.diff(pairs.queries) != 0))
        return {
            "pool_size": pairs.count(),
            "pool_age": np.nan_to_num(pairs.max(self._ages)),
            "pool_days_since": pairs.min(self._ages),
            "pool_days": pairs.count(is_new_day[: len(self._days)]),
            "pool_week": pairs.count(self._ages <= _WEEK),
            "pool_recruiter_size": pairs.count(same),
            "pool_recruiter_days_since": pairs.min(self._ages, same),
            "pool_recruiter_share": pairs.mean(same),
        }

    def build_outcomes(self) -> dict[str, FloatArray]:
        """Return the features of what became of the others by the day.

        They say something of the opening. They must not rank its applicants against each other: the features
        of a later applicant would contain the outcomes of the earlier ones.
        """
        pairs, results = self._pairs, rank_outcomes(self._outcomes)
        is_latest = pairs.is_latest(self._days)
        columns = {name: self._outcomes[:, column] for column, name in enumerate(OUTCOMES)}
        same = self._same_recruiter
        return {f"pool_{name}": pairs.count(where) for name, where in columns.items()} | {
            "pool_undecided": pairs.count(results == UNDECIDED),
            "pool_last_result": pairs.max(results.astype(np.float64), is_latest),
            "pool_recruiter_advanced": pairs.count(same & columns["advanced"]),
            "pool_recruiter_forwarded": pairs.count(same & columns["forwarded"]),
        }

    def rank(self, own: FeatureArray, earlier: FeatureArray) -> dict[str, FloatArray]:
        """Return for each of `RANKED` the share of the earlier applicants with a lower value.

        Args:
            own: the values of the queries, shape (queries, len(RANKED)).
            earlier: those of all past applications as of their own days, shape (applications, len(RANKED)).
        """
        mine = np.nan_to_num(own, nan=-1.0)[self._pairs.queries]
        theirs = np.nan_to_num(earlier, nan=-1.0)[self._pairs.rows]
        ranks = (self._pairs.mean(theirs[:, column] < mine[:, column]) for column in range(len(RANKED)))
        return {f"rank_{name}": rank for name, rank in zip(RANKED, ranks, strict=True)}

    def count_own_outcomes(self, where: BoolArray | None = None) -> FeatureArray:
        """Return the decayed outcomes of the opening itself, which records of its client and others contain.

        Args:
            where: the pairs that count; all by default.

        Returns:
            Shape (queries, events, half-lives), 0 for events that are no outcomes.
        """
        chosen = np.ones(len(self._ages), np.bool_) if where is None else where
        counts = np.zeros((self._pairs.size, len(EVENTS), len(HALF_LIVES)), np.float32)
        weights = {
            1 + column: self._outcomes[:, column].astype(np.float64) for column in range(len(OUTCOMES))
        } | {FILLED: self._share_first_placed()}
        for half_life, length in enumerate(HALF_LIVES):
            decay = 0.5 ** (self._update_ages / length) * chosen
            for event, weight in weights.items():
                counts[:, event, half_life] = self._pairs.sum(weight * decay)
        return counts

    @property
    def same_recruiter(self) -> BoolArray:
        """Whether a pair's past application was handled by the recruiter of the query."""
        return self._same_recruiter

    def _share_first_placed(self) -> FloatArray:
        """Return the weights of the event `filled`: 1 for the first hires of an opening together."""
        placed = self._outcomes[:, 0]
        first = self._pairs.min(self._updated.astype(np.float64), placed)
        is_first = placed & (self._updated == first[self._pairs.queries])
        return is_first / np.maximum(self._pairs.count(is_first), 1)[self._pairs.queries]
