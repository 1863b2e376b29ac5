"""What the drift switches change in applicants who register from their first day on."""

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicants import Applicants
from pipelines.domains.recruiting.sources.synthetic.applicants.skill_sampling import IS_BUSINESS
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Ints, make_rng
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import NEW_TECHNOLOGY, make_masks

SALARY_INCREASE = np.float32(1.5)
LEARNING_SHARE = 0.25
_FIRST_SKILL = np.array([profession.core[0] for profession in PROFESSIONS])


def raise_salaries(applicants: Applicants, created_day: Ints, options: WorldOptions) -> None:
    """Raise what new applicants ask for: `salary_increase`; changes `applicants` in place."""
    applicants.salary[created_day >= options.first_day("salary_increase")] *= SALARY_INCREASE


def learn_new_technology(applicants: Applicants, created_day: Ints, seed: int, options: WorldOptions) -> None:
    """Replace a skill of new technical applicants: `new_technology`; changes `applicants` in place.

    The skill that the profession is named after stays.
    """
    learns = make_rng(seed, "learning").random(len(applicants)) < LEARNING_SHARE
    learns &= (created_day >= options.first_day("new_technology")) & ~IS_BUSINESS[applicants.profession]
    rows = np.flatnonzero(learns)
    first_is_core = applicants.skills[rows, 0] == _FIRST_SKILL[applicants.profession[rows]]
    applicants.skills[rows, first_is_core.astype(np.int64)] = NEW_TECHNOLOGY
    applicants.mask[rows] = make_masks(applicants.skills[rows])
