"""Recruiters: how much they do, when they are employed, and their habits."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    LAST_DAY,
    RECRUITERS,
    Floats,
    Ints,
    Rng,
    make_rng,
    sample_by_row,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import FAMILIES

#: The account under which applications of the site are stored; the recruiters follow.
SITE_ACCOUNT = 0
_QUARTER = 91
_QUARTERS = LAST_DAY // _QUARTER + 1
_PERMANENT = 5  # the busiest recruiters are employed all the time


@dataclass(frozen=True)
class Recruiters:
    """One array element per recruiter, the busiest first, after the site's account.

    Attributes:
        skill: effect on the matching score.
        habit: tendency to list people as `Prospect` rather than to forward them.
        share: relative number of openings by quarter and family, [quarters * families, recruiters].
    """

    skill: Floats
    habit: Floats
    share: Floats

    def sample(self, day: Ints, family: Ints, rng: Rng) -> Ints:
        """Draw the recruiter of each opening or application."""
        return sample_by_row(self.share, day // _QUARTER * len(FAMILIES) + family, rng)

    def replace_busiest(
        self, recruiter: Ints, day: Ints, family: Ints, options: WorldOptions, rng: Rng
    ) -> Ints:
        """Give the later applications of the recruiter with the most earlier ones to others.

        This is the drift `recruiter_departure`; without it nothing changes.
        """
        is_later = day >= options.first_day("recruiter_departure")
        busiest = int(np.bincount(recruiter[~is_later], minlength=RECRUITERS).argmax())
        is_gone = is_later & (recruiter == busiest)
        others = self.share.copy()
        others[:, busiest] = 0
        replaced = recruiter.copy()
        row = day[is_gone] // _QUARTER * len(FAMILIES) + family[is_gone]
        replaced[is_gone] = sample_by_row(others, row, rng)
        return replaced


def make_recruiters(seed: int) -> Recruiters:
    """Generate the recruiters."""
    rng = make_rng(seed, "recruiters")
    n = RECRUITERS
    weight = np.exp(-np.arange(-1, n - 1) / 10.5)
    weight[SITE_ACCOUNT] = 0
    taste = rng.lognormal(0, 0.4, (n, len(FAMILIES)))
    employment = _sample_employment(n, rng)
    share = (employment / employment.mean(0))[:, None, :] * (weight[:, None] * taste).T[None]
    return Recruiters(skill=rng.normal(0, 0.3, n), habit=rng.normal(0, 0.6, n), share=share.reshape(-1, n))


def _sample_employment(n: int, rng: Rng) -> Floats:
    """Return 1 for each quarter in which a recruiter is employed, [quarters, recruiters]."""
    first = np.where(rng.random(n) < 0.3, 0, rng.integers(0, _QUARTERS - 2, n))
    last = first + 2 + rng.geometric(0.12, n)
    first[: _PERMANENT + 1], last[: _PERMANENT + 1] = 0, _QUARTERS
    quarter = np.arange(_QUARTERS)[:, None]
    return ((quarter >= first) & (quarter <= last)).astype(np.float64)
