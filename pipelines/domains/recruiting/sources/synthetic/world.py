"""The generated world without texts: who is looking for whom, who applies, and what becomes of it."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicant_drift import (
    learn_new_technology,
    raise_salaries,
)
from pipelines.domains.recruiting.sources.synthetic.applicants.applicants import Applicants, make_applicants
from pipelines.domains.recruiting.sources.synthetic.applicants.protected_attributes import (
    ProtectedAttributes,
    make_protected_attributes,
)
from pipelines.domains.recruiting.sources.synthetic.applications.applications import (
    Applications,
    assign_applicants,
    make_slots,
)
from pipelines.domains.recruiting.sources.synthetic.applications.funnel import Outcomes, decide
from pipelines.domains.recruiting.sources.synthetic.applications.matching_rule import (
    Scores,
    score_applications,
)
from pipelines.domains.recruiting.sources.synthetic.applications.recruiters import make_recruiters
from pipelines.domains.recruiting.sources.synthetic.openings.openings import Openings, make_openings
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.clients import make_clients
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    DatasetSize,
    Ints,
    Rng,
    make_rng,
)

FIRST_APPLICANT_CODE = 31_000


@dataclass(frozen=True)
class World:
    """Everything but texts.

    Attributes:
        openings, applicants, applications, scores, outcomes: one array element per row.
        protected: protected attributes of the applicants.
        analyst: number of the analyst in charge of each opening.
        opening_code, applicant_code: codes, numbered over time.
        created_day: day since EPOCH on which each applicant was registered.
    """

    openings: Openings
    applicants: Applicants
    protected: ProtectedAttributes
    applications: Applications
    scores: Scores
    outcomes: Outcomes
    analyst: Ints
    opening_code: Ints
    applicant_code: Ints
    created_day: Ints


def make_world(scale: float, seed: int, options: WorldOptions) -> World:
    """Generate the world."""
    size = DatasetSize.of(scale)
    clients, recruiters = make_clients(seed), make_recruiters(seed)
    openings = make_openings(size, clients, seed, options)
    slots = make_slots(openings, recruiters, seed, options)
    applicants = make_applicants(size, slots.family_sizes, np.sort(slots.day), seed)
    protected = make_protected_attributes(len(applicants), seed)
    applications = assign_applicants(slots, openings, applicants, seed, options)
    created_day = _date_registrations(applicants, applications, make_rng(seed, "registrations"))
    raise_salaries(applicants, created_day, options)
    learn_new_technology(applicants, created_day, seed, options)
    scores = score_applications(
        applications, openings, applicants, clients, recruiters, make_rng(seed, "scores")
    )
    outcomes = decide(
        applications, scores, recruiters, protected.is_woman, options, make_rng(seed, "outcomes")
    )
    return World(
        openings=openings,
        applicants=applicants,
        protected=protected,
        applications=applications,
        scores=scores,
        outcomes=outcomes,
        analyst=clients.analyst[openings.client],
        opening_code=np.arange(1, len(openings) + 1),
        applicant_code=_number_by_time(created_day, make_rng(seed, "codes")),
        created_day=created_day,
    )


def _date_registrations(applicants: Applicants, applications: Applications, rng: Rng) -> Ints:
    """Return registration days: mostly that of the first application, never later."""
    day = applicants.start_day.astype(np.int64)
    active = applicants.size > 0
    first = np.full(len(applicants), np.iinfo(np.int64).max)
    np.minimum.at(first, applications.applicant, applications.day)
    is_known = first < np.iinfo(np.int64).max
    lag = np.where(rng.random(day.size) < 0.7, 0, rng.exponential(60, day.size)).astype(np.int64)
    is_early = is_known & active
    return np.maximum(np.where(is_early, first - lag, np.minimum(day, first)), 0)


def _number_by_time(day: Ints, rng: Rng) -> Ints:
    """Return codes that mostly follow the days: their rank correlation is about .9."""
    position = np.where(rng.random(day.size) < 0.07, rng.random(day.size) * day.max(), day)
    code = np.empty(day.size, np.int64)
    code[np.argsort(position + rng.random(day.size), kind="stable")] = np.arange(day.size)
    return FIRST_APPLICANT_CODE + code
