"""What the drift switches change in openings, from their first day on."""

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.applicants.skill_sampling import IS_BUSINESS
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.levels import SENIOR, SPECIALIST
from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    CLIENTS,
    Flags,
    Floats,
    Ints,
    make_rng,
    sample_categories,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import NEW_TECHNOLOGY

NEW_CLIENT = CLIENTS  # follows the others
REMOTE_SINCE = 477  # 24 March 2020, in days since EPOCH
REMOTE_SHARE_BEFORE, REMOTE_SHARE, DRIFTED_REMOTE_SHARE = 0.03, 0.45, 0.95


def _select(switch: str, day: Ints, share: float, seed: int, options: WorldOptions) -> Flags:
    """Return a random share of the rows from the first day of a switch on."""
    is_drifted = day >= options.first_day(switch)
    return is_drifted & (make_rng(seed, switch).random(day.size) < share)


def add_client(client: Ints, day: Ints, seed: int, options: WorldOptions) -> Ints:
    """Give a quarter of the openings to the new client: `new_client`."""
    return np.where(_select("new_client", day, 0.25, seed, options), NEW_CLIENT, client)


def turn_to_sap(profession: Ints, day: Ints, seed: int, options: WorldOptions) -> Ints:
    """Turn openings into SAP openings: `sap_openings`."""
    weights = np.array([row.weight * (row.family == "sap") for row in PROFESSIONS])
    sap = sample_categories(weights, profession.size, make_rng(seed, "sap professions"))
    return np.where(_select("sap_openings", day, 0.4, seed, options), sap, profession)


def raise_levels(level: Ints, day: Ints, seed: int, options: WorldOptions) -> Ints:
    """Raise the level of openings: `senior_openings`."""
    is_specialist = make_rng(seed, "specialists").random(level.size) < 0.3
    high = np.where(is_specialist, SPECIALIST, SENIOR)
    return np.where(_select("senior_openings", day, 0.6, seed, options), high, level)


def require_new_technology(
    skills: NDArray[np.int16], profession: Ints, day: Ints, seed: int, options: WorldOptions
) -> NDArray[np.int16]:
    """Replace the second required skill of technical openings: `new_technology`."""
    rows = _select("new_technology", day, 0.3, seed, options) & ~IS_BUSINESS[profession]
    changed = skills.copy()
    changed[rows, 1] = NEW_TECHNOLOGY
    return changed


def sample_remote(uniform: Floats, day: Ints, options: WorldOptions) -> Flags:
    """Return the openings whose place does not matter; their share rises with `remote_openings`."""
    share = np.where(day < REMOTE_SINCE, REMOTE_SHARE_BEFORE, REMOTE_SHARE)
    share = np.where(day >= options.first_day("remote_openings"), DRIFTED_REMOTE_SHARE, share)
    return uniform < share


def select_english(taste: Floats, day: Ints, share: float, options: WorldOptions) -> Flags:
    """Return the openings with an English text: the highest tastes; twice as many with the drift."""
    is_drifted = day >= options.first_day("english_openings")
    limit = np.where(is_drifted, np.quantile(taste, 1 - 2 * share), np.quantile(taste, 1 - share))
    return taste > limit
