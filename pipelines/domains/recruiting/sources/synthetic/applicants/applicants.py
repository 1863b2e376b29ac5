"""Applicants without texts: what they can do, what they want, and how often they apply."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.applicants.skill_sampling import sample_skills
from pipelines.domains.recruiting.sources.synthetic.draws import Keys, make_keys
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import CITY_WEIGHTS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.clients import LATENT_TRAITS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import (
    APPLICANT_ENGLISH,
    APPLICANT_RANK_WEIGHTS,
    APPLICANT_SPANISH,
    PLENO_SALARY,
    RANK_PAY,
    YEARS_BY_RANK,
    sample_languages,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import FAMILY_OF, PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    APPLICANT_SIZE,
    DatasetSize,
    Flags,
    Ints,
    Rng,
    make_rng,
    sample_by_row,
    sample_categories,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import (
    FAMILIES,
    NO_SKILL,
    Masks,
    make_masks,
)

MIN_SKILLS, MAX_SKILLS = 4, 14
FORM_SHARE = 0.18
#: Nobody has more than this share of the applications of a family.
MAX_FAMILY_SHARE = 0.08


@dataclass
class Applicants:
    """One array element per applicant; those who apply come first.

    Attributes:
        size: number of applications.
        start: when the first application is, as a share of all applications.
        start_day: the same in days since EPOCH, before applications are assigned.
        family: family of the applications.
        profession, rank, english, spanish, city: as of openings.
        years: years of experience.
        salary: R$ a month.
        skills: [applicants, MAX_SKILLS], in random order.
        mask: the same as a bit set.
        used_form: whether the person filled in the site's form; the others have a CV only.
        traits: hidden traits, [applicants, LATENT_TRAITS].
        text_key: selects the words of the CV.
    """

    size: Ints
    start: NDArray[np.float32]
    start_day: NDArray[np.int32]
    family: NDArray[np.int8]
    profession: NDArray[np.int16]
    rank: NDArray[np.int8]
    english: NDArray[np.int8]
    spanish: NDArray[np.int8]
    city: NDArray[np.int16]
    years: NDArray[np.int8]
    salary: NDArray[np.float32]
    skills: NDArray[np.int16]
    mask: Masks
    used_form: Flags
    traits: NDArray[np.float32]
    text_key: Keys

    def __len__(self) -> int:
        return self.size.size


def make_applicants(size: DatasetSize, family_sizes: Ints, days: Ints, seed: int) -> Applicants:
    """Generate the applicants of the applications.

    Args:
        size: numbers of rows.
        family_sizes: number of applications in each of FAMILIES.
        days: the sorted days of all applications.
        seed: the seed.
    """
    rng = make_rng(seed, "applicants")
    n = size.applicants
    sizes = np.zeros(n, np.int64)
    sizes[: size.active_applicants] = _sample_sizes(size, family_sizes, rng)
    start = rng.random(n)
    start_day = days[(start * days.size).astype(np.int64)]
    family = _assign_families(sizes, family_sizes, rng)
    profession = _sample_professions(family, rng)
    rank = sample_categories(APPLICANT_RANK_WEIGHTS, n, rng)
    english = sample_languages(APPLICANT_ENGLISH, rng.normal(0, 1, n) + 0.25 * (rank - 3))
    skills = _mix(sample_skills(profession, _count_skills(rank, rng), rng), rng)
    pay = np.array([row.pay for row in PROFESSIONS])[profession] * RANK_PAY[rank]
    return Applicants(
        size=sizes,
        start=start.astype(np.float32),
        start_day=start_day.astype(np.int32),
        family=family.astype(np.int8),
        profession=profession.astype(np.int16),
        rank=rank.astype(np.int8),
        english=english.astype(np.int8),
        spanish=sample_languages(APPLICANT_SPANISH, rng.normal(0, 1, n)).astype(np.int8),
        city=_sample_cities(n, rng).astype(np.int16),
        years=np.rint(YEARS_BY_RANK[rank] * rng.lognormal(0, 0.25, n)).clip(0, 40).astype(np.int8),
        salary=(PLENO_SALARY * pay * rng.lognormal(0, 0.22, n)).astype(np.float32),
        skills=skills,
        mask=make_masks(skills),
        used_form=rng.random(n) < FORM_SHARE,
        traits=rng.normal(0, 1, (n, LATENT_TRAITS)).astype(np.float32),
        text_key=make_keys(n, seed, "applicants"),
    )


def _sample_sizes(size: DatasetSize, family_sizes: Ints, rng: Rng) -> Ints:
    """Draw numbers of applications with the published quantiles, whose sum is that of the families."""
    n, total = size.active_applicants, int(family_sizes.sum())
    most = max(5, round(MAX_FAMILY_SHARE * family_sizes.max()))
    sizes = np.rint(APPLICANT_SIZE.sample(n, rng)).astype(np.int64).clip(1, most)
    while (missing := total - int(sizes.sum())) != 0:
        step = 1 if missing > 0 else -1
        # Those who apply once stay, as far as possible, since their share is the best known.
        can_change = np.flatnonzero((sizes >= 2) & (sizes + step >= 2) & (sizes + step <= most))
        can_change = can_change if can_change.size else np.arange(n)
        rows = rng.choice(can_change, min(abs(missing), can_change.size), replace=False)
        sizes[rows] += step
    return sizes


def _assign_families(sizes: Ints, family_sizes: Ints, rng: Rng) -> Ints:
    """Fill each family with applicants in turn; who does not apply has a family by chance."""
    last = np.cumsum(sizes)
    middle = last - (sizes + 1) // 2
    family = np.searchsorted(np.cumsum(family_sizes), middle, side="right")
    idle = sizes == 0
    family[idle] = sample_categories(family_sizes.astype(np.float64), int(idle.sum()), rng)
    return np.minimum(family, len(FAMILIES) - 1)


def _sample_professions(family: Ints, rng: Rng) -> Ints:
    weights = np.zeros((len(FAMILIES), len(PROFESSIONS)))
    weights[np.array(FAMILY_OF), np.arange(len(PROFESSIONS))] = [row.weight for row in PROFESSIONS]
    return sample_by_row(weights, family, rng)


def _count_skills(rank: Ints, rng: Rng) -> Ints:
    """Return numbers of skills: 4 to 14, more for higher ranks."""
    return (rng.binomial(MAX_SKILLS - MIN_SKILLS, 0.25 + 0.07 * rank) + MIN_SKILLS).astype(np.int64)


def _mix(skills: NDArray[np.int16], rng: Rng) -> NDArray[np.int16]:
    """Return skills in random order, [applicants, MAX_SKILLS]."""
    order = np.argsort(rng.random(skills.shape) + (skills == NO_SKILL), axis=1)
    mixed = np.take_along_axis(skills, order, 1)
    return np.pad(mixed, ((0, 0), (0, MAX_SKILLS - skills.shape[1])), constant_values=NO_SKILL)


def _sample_cities(n: int, rng: Rng) -> Ints:
    """Draw cities: as of openings, but more of them outside the largest."""
    return sample_categories(CITY_WEIGHTS**0.75, n, rng)
