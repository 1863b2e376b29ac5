"""Moves hires between the sexes, so that the odds of a hire have a given ratio."""

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    Flags,
    Floats,
    Ints,
    Rng,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import HIRED, PROSPECT, SITE


def move_hires(stage: Ints, merit: Floats, is_woman: Flags, groups: list[Ints], bias: float, rng: Rng) -> int:
    """Take hires from one sex at random and give as many to the best of the other; changes `stage` in place.

    Args:
        stage: stage of each application.
        merit: order in which applications are hired.
        is_woman: of each application's applicant.
        groups: rows of each period; hires stay within their period.
        bias: the odds of a hire of women in proportion to those of men; 1 leaves what chance has made.
        rng: random numbers.

    Returns:
        The number of hires that were moved.
    """
    if bias == 1:
        return 0
    loses = is_woman if bias < 1 else ~is_woman
    n = _count_moves(stage, loses, min(bias, 1 / bias))
    moved = np.zeros(stage.size, np.bool_)
    moved[rng.permutation(np.flatnonzero((stage == HIRED) & loses))[:n]] = True
    count = 0
    for rows in groups:
        taken = rows[moved[rows]]
        others = rows[(stage[rows] != HIRED) & ~loses[rows]]
        given = others[np.argsort(-merit[others], kind="stable")[: taken.size]]
        stage[taken[: given.size]], stage[given] = PROSPECT, HIRED
        count += given.size
    return count


def _count_moves(stage: Ints, loses: Flags, factor: float) -> int:
    """Return how many hires to move until the odds of one side are `factor` times those of the other."""
    counted = stage != SITE
    hires = np.array([(counted & (stage == HIRED) & side).sum() for side in (loses, ~loses)], np.float64)
    others = np.array([(counted & (stage != HIRED) & side).sum() for side in (loses, ~loses)], np.float64)
    moves = np.arange(int(hires[0]) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (hires[0] - moves) / (others[0] + moves) / ((hires[1] + moves) / (others[1] - moves))
    return int(np.argmin(np.abs(ratio - factor)))
