"""The past of pairs as the service knows it: partners of openings and applicants, the newest included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from script_shared.domains.recruiting.matching.data.application_table import (
    DAY_MS,
    OUTCOMES,
    ApplicationTable,
    find_positions,
)
from script_shared.domains.recruiting.matching.data.entities import EntityTable
from script_shared.domains.recruiting.matching.data.live_entities import LiveEntities
from script_shared.domains.recruiting.matching.feature_builder import FeatureBuilder
from script_shared.domains.recruiting.matching.features.feature_table import Past
from script_shared.domains.recruiting.matching.features.history_features import Queries
from script_shared.domains.recruiting.matching.features.past_pairs import GroupedApplications
from script_shared.domains.recruiting.matching.features.pool_features import RANKED
from script_shared.domains.recruiting.pairs import Entity
from script_shared.types import FeatureArray, IntArray
from script_shared.vocabulary import UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class _Partners:
    """Past applications of some entities; arrays of shape (n,).

    Attributes:
        groups: the entity of each application.
        openings, applicants: ids of both sides.
        days: of the applications.
    """

    groups: IntArray
    openings: Sequence[str]
    applicants: Sequence[str]
    days: IntArray


def build_live_features(
    builder: FeatureBuilder,
    entities: LiveEntities,
    opening: Entity,
    applicants: Sequence[Entity],
    now_ms: int,
) -> FeatureArray:
    """Return the features of the pairs of an opening with applicants as of a time.

    What became of an application is known where the release contains it; its recruiter likewise. The
    recruiter of the pairs is unknown.

    Args:
        builder: of the release's data.
        entities: the values of openings and applicants.
        opening: the opening.
        applicants: at least one.
        now_ms: the time, ms UTC; only its day counts.

    Returns:
        Shape (len(applicants), features).
    """
    count, day = len(applicants), now_ms // DAY_MS
    groups = np.arange(count + 1, dtype=np.int32)
    partners = _list_partners(opening, applicants)
    applications, similarities = _look_up(builder, partners)
    grouped = GroupedApplications.group(partners.groups, partners.days)
    days = np.full(count, day, np.int32)
    queries = Queries(
        days,
        np.full(count, UNKNOWN, np.int32),
        entities.collect([opening.item_id], [opening.columns]).take(np.zeros(count, np.int64)),
        entities.collect([one.item_id for one in applicants], [one.columns for one in applicants]),
    )
    past_openings = _collect_openings(entities, partners.openings, queries.openings)
    history = grouped.pair(groups[:-1], days)
    pool = grouped.pair(np.full(count, groups[-1]), days)
    return builder.build_pairs(queries, Past(applications, similarities, past_openings, history, pool))


def _list_partners(opening: Entity, applicants: Sequence[Entity]) -> _Partners:
    """Return the applications of the applicants, in groups from 0, then those of the opening."""
    rows = [
        (group, partner, applicant.item_id, time // DAY_MS)
        for group, applicant in enumerate(applicants)
        for partner, time in zip(applicant.partners, applicant.times.tolist(), strict=True)
    ]
    rows += [
        (len(applicants), opening.item_id, partner, time // DAY_MS)
        for partner, time in zip(opening.partners, opening.times.tolist(), strict=True)
    ]
    groups, openings, others, days = zip(*rows, strict=True) if rows else ((), (), (), ())
    return _Partners(np.array(groups, np.int32), openings, others, np.array(days, np.int32))


def _look_up(builder: FeatureBuilder, partners: _Partners) -> tuple[ApplicationTable, FeatureArray]:
    """Return the applications, numbered as their partners, with what the release knows of them."""
    data, count = builder.data, len(partners.days)
    rows = builder.find_applications(
        find_positions(data.opening_ids, partners.openings),
        find_positions(data.applicant_ids, partners.applicants),
    )
    known = rows >= 0
    recruiters, updated = np.full((2, count), UNKNOWN, np.int32)
    outcomes = np.zeros((count, len(OUTCOMES)), np.bool_)
    similarities = np.full((count, len(RANKED)), np.nan, np.float32)
    recruiters[known] = data.applications.recruiters[rows[known]]
    updated[known] = data.applications.updated[rows[known]]
    outcomes[known] = data.applications.outcomes[rows[known]]
    similarities[known] = data.similarities[rows[known]]
    everyone = np.arange(count, dtype=np.int32)
    table = ApplicationTable(everyone, everyone, recruiters, partners.days, updated, outcomes)
    return table, similarities


def _collect_openings(entities: LiveEntities, ids: Sequence[str], like: EntityTable) -> EntityTable:
    """Return one row for each id; one that is unknown has no values."""
    nothing: Mapping[str, object] = {}
    if not ids:
        return like.take(np.empty(0, np.int64))
    distinct = list(dict.fromkeys(ids))
    rows = entities.collect(distinct, [nothing] * len(distinct))
    position = {item_id: row for row, item_id in enumerate(distinct)}
    return rows.take(np.array([position[item_id] for item_id in ids], np.int64))
