"""Draws skills of a profession: mostly of its core, then of its family, of all families, and of others."""

import numpy as np
from numpy.typing import NDArray

from pipelines.domains.recruiting.sources.synthetic.vocabulary.professions import PROFESSIONS
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import Floats, Ints, Rng
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import (
    FAMILIES,
    NO_SKILL,
    SKILL_NUMBER,
    SKILLS,
)

BUSINESS_FAMILIES = ("administration", "finance", "corporate")
_SHARED = {
    True: ("pacote Office", "Excel avançado", "atendimento ao cliente", "indicadores KPI"),
    False: ("Scrum", "Jira", "Kanban", "consultas SQL", "Git", "ITIL"),
}
IS_BUSINESS = np.array([profession.family in BUSINESS_FAMILIES for profession in PROFESSIONS])
#: Weight of the skills of other families: together about a twentieth of all weights.
_OTHER_WEIGHTS = {True: 0.06, False: 0.015}
_CHUNK = 10_000


def _list_side(is_business: bool) -> list[int]:
    """Return the skills of all business families, or of all technical ones."""
    families = [family for family in FAMILIES if (family in BUSINESS_FAMILIES) == is_business]
    return [number for number, skill in enumerate(SKILLS) if skill.family in families]


def _make_pools() -> tuple[NDArray[np.int16], Floats]:
    """Return skills and weights of each profession, [professions, pool]; weight 0 fills the rows."""
    pools: list[dict[int, float]] = []
    for profession in PROFESSIONS:
        is_business = profession.family in BUSINESS_FAMILIES
        family = [number for number, skill in enumerate(SKILLS) if skill.family == profession.family]
        shared = [SKILL_NUMBER[name] for name in _SHARED[is_business]]
        weights = dict.fromkeys(_list_side(is_business), _OTHER_WEIGHTS[is_business])
        weights |= dict.fromkeys(shared, 0.6) | dict.fromkeys(family, 0.8)
        weights |= {number: 7.0 - 0.5 * position for position, number in enumerate(profession.core)}
        pools.append(weights)
    width = max(map(len, pools))
    skills = np.full((len(pools), width), NO_SKILL, np.int16)
    weight = np.zeros((len(pools), width))
    for row, pool in enumerate(pools):
        skills[row, : len(pool)] = list(pool)
        weight[row, : len(pool)] = list(pool.values())
    return skills, weight


_POOL_SKILLS, _POOL_WEIGHTS = _make_pools()
_FIRST = np.array([profession.core[0] for profession in PROFESSIONS], np.int16)


def sample_skills(profession: Ints, count: Ints, rng: Rng) -> NDArray[np.int16]:
    """Draw different skills for each profession given, the first of its core always among them.

    Args:
        profession: positions in PROFESSIONS, [rows].
        count: number of skills of each row.
        rng: random numbers.

    Returns:
        Skill numbers in the order in which they were drawn, [rows, largest count], filled with NO_SKILL.
    """
    width = int(count.max(initial=1))
    skills = np.full((profession.size, width), NO_SKILL, np.int16)
    for start in range(0, profession.size, _CHUNK):
        rows = slice(start, start + _CHUNK)
        skills[rows] = _sample_chunk(profession[rows], width, rng)
    skills[np.arange(width) >= count[:, None]] = NO_SKILL
    return skills


def _sample_chunk(profession: Ints, width: int, rng: Rng) -> NDArray[np.int16]:
    """Run an exponential race: the `width` skills with the smallest times, by time."""
    pool, weight = _POOL_SKILLS[profession], _POOL_WEIGHTS[profession]
    with np.errstate(divide="ignore"):
        time = rng.standard_exponential(pool.shape) / weight
    time[pool == _FIRST[profession][:, None]] = 0
    nearest = np.argpartition(time, width - 1, axis=1)[:, :width]
    order = np.argsort(np.take_along_axis(time, nearest, 1), axis=1, kind="stable")
    chosen = np.take_along_axis(nearest, order, 1)
    return np.take_along_axis(pool, chosen, 1)
