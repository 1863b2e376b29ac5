"""Features of an applicant's past applications, and of how similar their openings are to a new one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES, ApplicationTable
from script_shared.domains.recruiting.matching.data.entities import EntityTable
from script_shared.domains.recruiting.matching.data.entity_values import CATEGORIES, OPENING_NUMBERS
from script_shared.domains.recruiting.matching.features.past_pairs import PastPairs
from script_shared.types import BoolArray, FeatureArray, FloatArray, IntArray
from script_shared.vocabulary import UNKNOWN

#: Half-life of past applications in days, and what counts as recent.
HALF_LIFE, RECENT_DAYS = 180.0, 30
#: What became of an application as one number, the best last; 0 where nothing is known.
_RESULTS = ("refused_by_client", "withdrawn", "refused_before_client", "", "forwarded", "advanced", "placed")
UNDECIDED = 0
_LEVEL, _ENGLISH, _VALUE = (OPENING_NUMBERS.index(name) for name in ("level_rank", "english_rank", "value"))


@dataclass(frozen=True, slots=True, eq=False)
class Queries:
    """Pairs of an opening and an applicant that features are computed for, as of a day each.

    Attributes:
        days: days since 1970, shape (n,).
        recruiters: who handles the application, -1 where unknown, shape (n,).
        openings, applicants: one row a query.
    """

    days: IntArray
    recruiters: IntArray
    openings: EntityTable
    applicants: EntityTable

    def __len__(self) -> int:
        return len(self.days)


def rank_outcomes(outcomes: BoolArray) -> IntArray:
    """Return what became of applications as one number, `UNDECIDED` where nothing is known."""
    results = np.zeros(len(outcomes), np.int32)
    for number, name in enumerate(_RESULTS, start=-_RESULTS.index("")):
        if name:
            results[outcomes[:, list(OUTCOMES).index(name)]] = number
    return results


class HistoryFeatures:
    """Computes the features of the histories of applicants.

    Args:
        queries: the queries.
        pairs: each query with the applicant's past applications.
        past: all past applications.
        openings: the openings of the past applications.
    """

    def __init__(
        self, queries: Queries, pairs: PastPairs, past: ApplicationTable, openings: EntityTable
    ) -> None:
        self._pairs = pairs
        query, row = pairs.queries, pairs.rows
        self._now, self._before = queries.openings.take(query), openings.take(past.openings[row])
        self._ages = (queries.days[query] - past.days[row]).astype(np.float64)
        self._weights = 0.5 ** (self._ages / HALF_LIFE)
        self._days = past.days[row]
        self._is_known = (past.updated[row] >= 0) & (past.updated[row] < queries.days[query])
        self._outcomes = past.outcomes[row] & self._is_known[:, None]
        self._results = rank_outcomes(self._outcomes)
        self._same_recruiter = (queries.recruiters[query] == past.recruiters[row]) & (
            past.recruiters[row] >= 0
        )

    def build(self) -> dict[str, FloatArray]:
        """Return the features by name, each of shape (queries,); NaN where nothing is known."""
        everyone = np.ones(len(self._ages), np.bool_)
        client = self._is_same("client")
        return (
            self._count("person", everyone)
            | self._count("person_client", client)
            | self._count("person_recruiter", self._same_recruiter)
            | self._summarise_activity()
            | self.compare_texts()
            | self._compare_levels()
        )

    def _is_same(self, category: str) -> BoolArray:
        column = CATEGORIES.index(category)
        now, before = self._now.codes[:, column], self._before.codes[:, column]
        return np.asarray((now == before) & (now != UNKNOWN))

    def _has(self, outcome: str) -> BoolArray:
        return self._outcomes[:, list(OUTCOMES).index(outcome)]

    def _count(self, prefix: str, where: BoolArray) -> dict[str, FloatArray]:
        """Count the applications that meet a condition, and what became of them."""
        pairs = self._pairs
        counts = {f"{prefix}_{name}": pairs.count(where & self._has(name)) for name in OUTCOMES}
        return counts | {
            f"{prefix}_applications": pairs.count(where),
            f"{prefix}_recent_applications": pairs.sum(self._weights * where),
            f"{prefix}_days_since": pairs.min(self._ages, where),
        }

    def _summarise_activity(self) -> dict[str, FloatArray]:
        pairs, is_recent = self._pairs, self._ages <= RECENT_DAYS
        is_latest = pairs.is_latest(self._days)
        return {
            "person_recent_advanced": pairs.sum(self._weights * self._has("advanced")),
            "person_recent_forwarded": pairs.sum(self._weights * self._has("forwarded")),
            "person_applications_30_days": pairs.count(is_recent),
            "person_undecided_30_days": pairs.count(is_recent & (self._results == UNDECIDED)),
            "person_days_since_placed": pairs.min(self._ages, self._has("placed")),
            "person_last_result": pairs.max(self._results.astype(np.float64), is_latest),
            "person_last_is_decided": pairs.max(self._is_known.astype(np.float64), is_latest),
        }

    def compare_texts(self) -> dict[str, FloatArray]:
        """Return how similar the openings of the past are to the one of the query, by text."""
        pairs, is_latest = self._pairs, self._pairs.is_latest(self._days)
        title = dot_rows(self._now.titles, self._before.titles)
        text = dot_rows(self._now.descriptions, self._before.descriptions)
        was_met = self._has("advanced")
        was_refused = self._has("refused_before_client") | self._has("withdrawn")
        return {
            "past_title_max": pairs.max(title),
            "past_title_mean": pairs.mean(title),
            "past_title_sum": pairs.sum(title * self._weights),
            "past_title_last": pairs.max(title, is_latest),
            "past_title_recent_max": pairs.max(title * self._weights),
            "past_title_max_met": pairs.max(title, was_met),
            "past_title_max_refused": pairs.max(title, was_refused),
            "past_text_max": pairs.max(text),
            "past_text_mean": pairs.mean(text),
            "past_text_last": pairs.max(text, is_latest),
        }

    def _compare_levels(self) -> dict[str, FloatArray]:
        pairs, now, before = self._pairs, self._now.numbers, self._before.numbers
        value = pairs.mean(before[:, _VALUE].astype(np.float64))
        current = pairs.mean(now[:, _VALUE].astype(np.float64))
        return {
            "past_english_mean": pairs.mean(before[:, _ENGLISH].astype(np.float64)),
            "past_english_max": pairs.max(before[:, _ENGLISH].astype(np.float64)),
            "past_level_gap": pairs.mean((now[:, _LEVEL] - before[:, _LEVEL]).astype(np.float64)),
            "past_value_ratio": np.divide(current, value, out=np.full(pairs.size, np.nan), where=value > 0),
            "past_same_state": pairs.mean(self._is_same("state")),
            "past_same_contract": pairs.mean(self._is_same("contract")),
        }


def dot_rows(first: FeatureArray, second: FeatureArray) -> FloatArray:
    """Return the dot product of the vectors of each row."""
    return np.einsum("ij,ij->i", first, second).astype(np.float64)
