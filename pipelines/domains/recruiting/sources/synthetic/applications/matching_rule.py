"""The planted rule: how well an applicant matches an opening."""

from dataclasses import asdict, dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applicants.applicants import Applicants
from pipelines.domains.recruiting.sources.synthetic.applications.applications import Applications
from pipelines.domains.recruiting.sources.synthetic.applications.recruiters import Recruiters
from pipelines.domains.recruiting.sources.synthetic.openings.openings import Openings
from pipelines.domains.recruiting.sources.synthetic.vocabulary.cities import STATE_OF
from pipelines.domains.recruiting.sources.synthetic.vocabulary.clients import Clients
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import ADVANCED, NO_LANGUAGE
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Floats


@dataclass(frozen=True)
class RuleWeights:
    """Weights of the terms of the score; `noise` is the standard deviation of what nobody can know."""

    required: float = 2.2
    nice: float = 0.6
    same_level: float = 0.8
    level_gap: float = -0.7
    enough_english: float = 0.9
    no_english: float = -1.2
    excess_salary: float = -0.8
    reachable: float = 0.3
    noise: float = 0.7


RULE = RuleWeights()


@dataclass(frozen=True)
class Scores:
    """One array element per application.

    Attributes:
        required, nice: shares of the skills that the applicant has.
        excess_salary: salary above the offer, in proportion to it.
        z: the score, without noise.
        noise: normal, of standard deviation `RULE.noise`.
    """

    required: Floats
    nice: Floats
    excess_salary: Floats
    z: Floats
    noise: Floats


def score_applications(
    applications: Applications,
    openings: Openings,
    applicants: Applicants,
    clients: Clients,
    recruiters: Recruiters,
    rng: np.random.Generator,
) -> Scores:
    """Apply the rule to each application."""
    opening, applicant = applications.opening, applications.applicant
    mask = applicants.mask[applicant]
    required = np.bitwise_count(openings.required[opening] & mask).sum(1) / openings.required_count[opening]
    nice = np.bitwise_count(openings.nice[opening] & mask).sum(1) / openings.nice_count[opening]
    gap = np.abs(openings.rank[opening] - applicants.rank[applicant])
    needed, english = openings.english[opening], applicants.english[applicant]
    excess_salary = np.maximum(0, applicants.salary[applicant] / openings.offer[opening] - 1)
    same_state = STATE_OF[openings.city[opening]] == STATE_OF[applicants.city[applicant]]
    z = (
        RULE.required * required
        + RULE.nice * nice
        + RULE.same_level * (gap == 0)
        + RULE.level_gap * gap
        + RULE.enough_english * (english >= needed)
        + RULE.no_english * ((english == NO_LANGUAGE) & (needed >= ADVANCED))
        + RULE.excess_salary * excess_salary
        + RULE.reachable * (same_state | openings.is_remote[opening])
        + clients.strictness[openings.client[opening]]
        + recruiters.skill[applications.recruiter]
    )
    return Scores(required, nice, excess_salary, z, rng.normal(0, RULE.noise, z.size))


def describe_rule() -> dict[str, float]:
    """Return the weights by name."""
    return asdict(RULE)
