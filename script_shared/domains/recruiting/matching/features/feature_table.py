"""All features of pairs of an opening and an applicant as of a day, by name and by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import OUTCOMES, ApplicationTable
from script_shared.domains.recruiting.matching.data.entities import EntityTable
from script_shared.domains.recruiting.matching.data.entity_values import (
    APPLICANT_NUMBERS,
    CATEGORIES,
    OPENING_NUMBERS,
)
from script_shared.domains.recruiting.matching.features.history_features import HistoryFeatures, Queries
from script_shared.domains.recruiting.matching.features.pair_features import (
    build_opening_features,
    build_pair_features,
)
from script_shared.domains.recruiting.matching.features.past_pairs import PastPairs
from script_shared.domains.recruiting.matching.features.pool_features import RANKED, PoolFeatures
from script_shared.domains.recruiting.matching.features.record_counts import EVENTS, HALF_LIVES
from script_shared.domains.recruiting.matching.features.record_features import (
    build_record_features,
    exclude_opening,
)
from script_shared.domains.recruiting.matching.features.record_keys import KEY_NAMES, KEYS, RECRUITER
from script_shared.types import FeatureArray, FloatArray, IntArray

#: Groups of features, which a model may leave out.
CLIENT, RECRUITERS, RECRUITER_OUTCOMES, PERSON, POOL, POOL_OUTCOMES, OPENING, MARKET = (
    "client", "recruiter", "recruiter_outcomes", "person", "pool", "pool_outcomes", "opening", "market",
)  # fmt: skip
#: Groups of features that are unknown where the pair's recruiter is.
BY_RECRUITER = (RECRUITERS, RECRUITER_OUTCOMES)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What is known of the past for some queries.

    Attributes:
        applications: past applications.
        similarities: their `RANKED` features as of their own days, shape (applications, len(RANKED)).
        openings: the openings of the applications.
        history, pool: each query with the applicant's, and with the opening's, past applications.
    """

    applications: ApplicationTable
    similarities: FeatureArray
    openings: EntityTable
    history: PastPairs
    pool: PastPairs


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of the keys of some queries.

    Attributes:
        keys: positions, -1 where unknown, shape (n, keys).
        counts: decayed counts, shape (n, keys, events, half-lives).
        since: days since the last application, -1 without one, shape (n, keys).
    """

    keys: IntArray
    counts: FeatureArray
    since: IntArray


def compute_features(queries: Queries, past: Past, records: Records) -> FeatureArray:
    """Return the features of queries, shape (n, len(feature_names())), NaN where unknown."""
    return _stack(
        [column for group in _compute_groups(queries, past, records).values() for column in group.values()]
    )


def _stack(columns: list[FloatArray]) -> FeatureArray:
    return np.stack(columns, axis=1).astype(np.float32)


def compute_ranked(queries: Queries, past: Past) -> FeatureArray:
    """Return the `RANKED` features of queries, shape (n, len(RANKED))."""
    history = HistoryFeatures(queries, past.history, past.applications, past.openings)
    values = history.compare_texts() | build_pair_features(queries)
    return _stack([values[name] for name in RANKED])


def _compute_groups(queries: Queries, past: Past, records: Records) -> dict[str, dict[str, FloatArray]]:
    person = HistoryFeatures(queries, past.history, past.applications, past.openings).build()
    person |= build_pair_features(queries)
    pool = PoolFeatures(queries, past.pool, past.applications)
    ranked = _stack([person[name] for name in RANKED])
    counts = exclude_opening(
        records.counts.copy(), pool.count_own_outcomes(), pool.count_own_outcomes(pool.same_recruiter)
    )
    records_by_key = build_record_features(counts, records.since, records.keys)
    order, outcomes = pool.build() | pool.rank(ranked, past.similarities), pool.build_outcomes()
    of_recruiter = _of_prefix(person, "person_recruiter_") | _of_prefix(order, "pool_recruiter_")
    groups = {
        CLIENT: _of_prefix(person, "person_client_"),
        RECRUITERS: of_recruiter,
        RECRUITER_OUTCOMES: _of_prefix(outcomes, "pool_recruiter_"),
        PERSON: _without_prefix(person, ("person_client_", "person_recruiter_")),
        POOL: _without_prefix(order, ("pool_recruiter_",)),
        POOL_OUTCOMES: _without_prefix(outcomes, ("pool_recruiter_",)),
        OPENING: build_opening_features(queries.openings),
        MARKET: {},
    }
    for key, features in records_by_key.items():
        groups[_group_of_key(key)].update(features)
    return groups


def _group_of_key(key: str) -> str:
    parts = KEYS[key]
    if RECRUITER in parts:
        return RECRUITERS
    return CLIENT if {"client", "analyst"} & set(parts) else MARKET


def _of_prefix(features: Mapping[str, FloatArray], prefix: str) -> dict[str, FloatArray]:
    return {name: column for name, column in features.items() if name.startswith(prefix)}


def _without_prefix(features: Mapping[str, FloatArray], prefixes: tuple[str, ...]) -> dict[str, FloatArray]:
    return {name: column for name, column in features.items() if not name.startswith(prefixes)}


@cache
def feature_groups() -> Mapping[str, str]:
    """Return the group of each feature, by name, in the order of the columns."""
    no_pairs = PastPairs(np.empty(0, np.int64), np.empty(0, np.int32), 0)
    nothing, openings = np.empty(0, np.int32), _no_entities(len(OPENING_NUMBERS))
    queries = Queries(nothing, nothing, openings, _no_entities(len(APPLICANT_NUMBERS)))
    outcomes = np.empty((0, len(OUTCOMES)), np.bool_)
    applications = ApplicationTable(nothing, nothing, nothing, nothing, nothing, outcomes)
    past = Past(applications, np.empty((0, len(RANKED)), np.float32), openings, no_pairs, no_pairs)
    keys, shape = np.empty((0, len(KEY_NAMES)), np.int32), (0, len(KEY_NAMES), len(EVENTS), len(HALF_LIVES))
    groups = _compute_groups(queries, past, Records(keys, np.empty(shape, np.float32), keys))
    return {name: group for group, features in groups.items() for name in features}


def _no_entities(numbers: int) -> EntityTable:
    vectors, bits = np.empty((0, 1), np.float32), np.empty((0, 1), np.uint64)
    codes = np.empty((0, len(CATEGORIES)), np.int32)
    return EntityTable(codes, np.empty((0, numbers), np.float32), vectors, vectors, bits, bits)
