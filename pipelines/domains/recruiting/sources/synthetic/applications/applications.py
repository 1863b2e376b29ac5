"""Applications without outcome: which day, by which recruiter, and who applies."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicants import Applicants
from pipelines.domains.recruiting.sources.synthetic.applications.assignment import (
    Pairing,
    exchange,
    replace_duplicates,
)
from pipelines.domains.recruiting.sources.synthetic.applications.recruiters import SITE_ACCOUNT, Recruiters
from pipelines.domains.recruiting.sources.synthetic.openings.openings import Openings
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import FAMILY_OF
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    FIRST_APPLICATION_LAG,
    LAST_DAY,
    LATER_APPLICATION_LAG,
    Flags,
    Ints,
    Rng,
    make_rng,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import FAMILIES

#: Applicants who used the form whose first application is their own; with the drift, all applicants.
SELF_APPLIED_SHARE, DRIFTED_SELF_APPLIED_SHARE = 0.73, 0.52
SINGLE_RECRUITER_SHARE, OTHER_RECRUITER_SHARE = 0.45, 0.25
MEAN_GAP = 0.045  # between two applications of a person, as a share of all applications: about 100 days


@dataclass
class Applications:
    """One array element per application, by family and day.

    Attributes:
        opening, applicant, recruiter: numbers.
        day: day since EPOCH.
        through_site: whether the applicant applied on the site.
    """

    opening: Ints
    applicant: Ints
    recruiter: Ints
    day: Ints
    through_site: Flags

    def __len__(self) -> int:
        return self.opening.size


@dataclass(frozen=True)
class Slots:
    """Applications whose applicant is not known yet, by family and day."""

    opening: Ints
    recruiter: Ints
    day: Ints
    family: Ints

    @property
    def family_sizes(self) -> Ints:
        """The number of applications in each of FAMILIES."""
        return np.bincount(self.family, minlength=len(FAMILIES))


def make_slots(openings: Openings, recruiters: Recruiters, seed: int, options: WorldOptions) -> Slots:
    """Draw day and recruiter of each application."""
    rng = make_rng(seed, "slots")
    opening = np.repeat(np.arange(len(openings)), openings.size)
    day = _sample_days(openings, opening, rng)
    family = np.array(FAMILY_OF)[openings.profession]
    usual = recruiters.sample(openings.day, family, rng)[opening]
    other = recruiters.sample(day, family[opening], rng)
    has_several = rng.random(len(openings)) > SINGLE_RECRUITER_SHARE
    is_other = has_several[opening] & (rng.random(opening.size) < OTHER_RECRUITER_SHARE)
    recruiter = np.where(is_other, other, usual)
    recruiter = recruiters.replace_busiest(recruiter, day, family[opening], options, rng)
    order = np.lexsort((day, family[opening]))
    return Slots(opening[order], recruiter[order], day[order], family[opening][order])


def _sample_days(openings: Openings, opening: Ints, rng: Rng) -> Ints:
    """Draw days after the request; a weekend's applications are on the Monday."""
    first = openings.day + np.floor(FIRST_APPLICATION_LAG.sample(len(openings), rng)).astype(np.int64)
    later = np.floor(LATER_APPLICATION_LAG.sample(opening.size, rng)).astype(np.int64)
    later[np.cumsum(openings.size)[openings.size > 0] - 1] = 0
    day = first[opening] + later
    day += np.where(day % 7 >= 5, 7 - day % 7, 0)
    return np.minimum(day, LAST_DAY)


def assign_applicants(
    slots: Slots, openings: Openings, applicants: Applicants, seed: int, options: WorldOptions
) -> Applications:
    """Choose who applies: everybody keeps the number of applications, similar ones meet, pools form.

    Changes `applicants` in place: who applies on the site has used its form, and `size` counts the people who
    take the place of those that would apply twice.
    """
    rng = make_rng(seed, "applications")
    applicant, is_first = _list_by_time(slots, applicants, rng)
    uniform = rng.random(applicant.size)
    through_site = is_first & applicants.used_form[applicant] & (uniform < SELF_APPLIED_SHARE)
    is_drifted = slots.day >= options.first_day("site_applications")
    through_site |= is_first & is_drifted & (uniform < DRIFTED_SELF_APPLIED_SHARE)
    applicants.used_form[applicant[through_site]] = True
    recruiter = np.where(through_site, SITE_ACCOUNT, slots.recruiter)
    pool = np.full(len(applicants), SITE_ACCOUNT)
    pool[applicant[is_first]] = slots.recruiter[is_first]
    pairing = Pairing(openings, applicants, slots.opening, slots.recruiter, pool, through_site)
    applicant = exchange(pairing, applicant, slots.family_sizes, rng)
    applicant = replace_duplicates(pairing, applicant, rng)
    applicants.size = np.bincount(applicant, minlength=len(applicants))
    return Applications(slots.opening, applicant, recruiter, slots.day, through_site)


def _list_by_time(slots: Slots, applicants: Applicants, rng: Rng) -> tuple[Ints, Flags]:
    """Return the applicants of the slots in the order of time, and whether it is their first application."""
    applicant = np.repeat(np.arange(len(applicants)), applicants.size)
    family = np.searchsorted(np.cumsum(slots.family_sizes), np.arange(applicant.size), side="right")
    first_row = np.cumsum(applicants.size) - applicants.size
    is_first = np.zeros(applicant.size, np.bool_)
    is_first[first_row[applicants.size > 0]] = True
    pace = rng.lognormal(-0.5, 1.0, len(applicants)) * MEAN_GAP
    gap = np.where(is_first, 0, rng.exponential(1, applicant.size) * pace[applicant])
    since_first = np.cumsum(gap)
    since_first -= since_first[first_row[applicant]]
    time = applicants.start[applicant] + since_first
    # Beyond the end, time runs again from the start on.
    time = np.where(time > 1, applicants.start[applicant] * (time % 1), time)
    order = np.lexsort((time, family))
    return applicant[order], is_first[order]
