"""Exchanges the applicants of applications until similar ones meet.

Two applications of a family, near in time, exchange applicants with probability `1 / (1 + exp(-gain))`, where
`gain` is what the exchange adds to the similarity of both (Gibbs sampling over the permutations). So the
numbers of applications of each opening and of each applicant stay exactly as they were drawn.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicants import Applicants
from pipelines.domains.recruiting.sources.synthetic.openings.openings import Openings
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import STATE_OF
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    Flags,
    Floats,
    Ints,
    Rng,
)

ROUNDS, REPAIR_ROUNDS = 36, 40
MAX_DISTANCE = 400  # applications of the family, in the order of time
CHUNK = 200_000

SKILLS_WEIGHT, PROFESSION_WEIGHT, STATE_WEIGHT = 1.5, 0.8, 0.6
LEVEL_WEIGHT, POOL_WEIGHT, TRAITS_WEIGHT = 0.8, 1.0, 0.5
SITE_FACTOR = 0.25  # who applies on the site knows less


@dataclass(frozen=True)
class Pairing:
    """Slots and who could fill them.

    Attributes:
        openings, applicants: the two sides.
        opening, recruiter, through_site: of each slot.
        pool: the recruiter who knows each applicant.
    """

    openings: Openings
    applicants: Applicants
    opening: Ints
    recruiter: Ints
    pool: Ints
    through_site: Flags

    def similarity(self, slot: Ints, applicant: Ints) -> Floats:
        """Return what an applicant in a slot is worth, in units of the noise."""
        openings, applicants, opening = self.openings, self.applicants, self.opening[slot]
        required, mask = openings.required[opening], applicants.mask[applicant]
        met = np.bitwise_count(required & mask).sum(1) / np.bitwise_count(required).sum(1)
        same_profession = openings.profession[opening] == applicants.profession[applicant]
        same_state = STATE_OF[openings.city[opening]] == STATE_OF[applicants.city[applicant]]
        gap = np.abs(openings.rank[opening] - applicants.rank[applicant])
        in_pool = self.recruiter[slot] == self.pool[applicant]
        traits = (openings.traits[opening] * applicants.traits[applicant]).sum(1)
        similarity = (
            SKILLS_WEIGHT * met
            + PROFESSION_WEIGHT * same_profession
            + STATE_WEIGHT * (same_state | openings.is_remote[opening])
            - LEVEL_WEIGHT * gap
            + POOL_WEIGHT * in_pool
            + TRAITS_WEIGHT * traits
        )
        return similarity * np.where(self.through_site[slot], SITE_FACTOR, 1.0)


def exchange(pairing: Pairing, applicant: Ints, family_sizes: Ints, rng: Rng) -> Ints:
    """Return the applicants of the slots after ROUNDS proposals for each."""
    applicant = applicant.copy()
    family = np.repeat(np.arange(family_sizes.size), family_sizes)
    for _ in range(ROUNDS):
        left, right = _propose(family, family_sizes, pairing.through_site, rng)
        for start in range(0, left.size, CHUNK):
            _exchange_pairs(
                pairing, applicant, left[start : start + CHUNK], right[start : start + CHUNK], rng
            )
    return applicant


def _propose(family: Ints, family_sizes: Ints, through_site: Flags, rng: Rng) -> tuple[Ints, Ints]:
    """Return disjoint pairs of slots of a family at one distance, both of the site or both not."""
    most = np.clip(family_sizes // 2, 1, MAX_DISTANCE)
    distance = np.exp(rng.random(family_sizes.size) * np.log(most)).astype(np.int64)[family]
    first = (np.cumsum(family_sizes) - family_sizes)[family]
    slot = np.arange(family.size)
    left = slot[((slot - first + rng.integers(0, MAX_DISTANCE)) // distance) % 2 == 0]
    right = left + distance[left]
    fits = right < (first + family_sizes[family])[left]
    left, right = left[fits], right[fits]
    same_way = through_site[left] == through_site[right]
    return left[same_way], right[same_way]


def _exchange_pairs(pairing: Pairing, applicant: Ints, left: Ints, right: Ints, rng: Rng) -> None:
    of_left, of_right = applicant[left], applicant[right]
    gain = pairing.similarity(left, of_right) + pairing.similarity(right, of_left)
    gain -= pairing.similarity(left, of_left) + pairing.similarity(right, of_right)
    is_accepted = rng.random(left.size) < 1 / (1 + np.exp(-np.clip(gain, -30, 30)))
    is_accepted &= of_left != of_right
    applicant[left[is_accepted]] = of_right[is_accepted]
    applicant[right[is_accepted]] = of_left[is_accepted]


def replace_duplicates(pairing: Pairing, applicant: Ints, rng: Rng) -> Ints:
    """Exchange applicants who would apply twice for an opening; replace the last by people without any."""
    applicant = applicant.copy()
    for _ in range(REPAIR_ROUNDS):
        rows = _find_duplicates(pairing.opening, applicant)
        if not rows.size:
            return applicant
        shift = rng.integers(-MAX_DISTANCE, MAX_DISTANCE, rows.size)
        for left, right in zip(
            rows.tolist(), np.clip(rows + shift, 0, applicant.size - 1).tolist(), strict=True
        ):
            if pairing.through_site[left] == pairing.through_site[right]:
                applicant[left], applicant[right] = applicant[right], applicant[left]
    rows = _find_duplicates(pairing.opening, applicant)
    idle = np.flatnonzero(pairing.applicants.size == 0)
    applicant[rows] = rng.choice(idle, rows.size, replace=False)
    return applicant


def _find_duplicates(opening: Ints, applicant: Ints) -> Ints:
    """Return the rows whose opening and applicant an earlier row has too."""
    order = np.lexsort((applicant, opening))
    repeats = (np.diff(opening[order]) == 0) & (np.diff(applicant[order]) == 0)
    return np.sort(order[1:][repeats])
