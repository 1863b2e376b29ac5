"""How far each application comes: the score decides, up to noise, with the published numbers by year."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.applications.applications import Applications
from pipelines.domains.recruiting.sources.synthetic.applications.hiring_bias import move_hires
from pipelines.domains.recruiting.sources.synthetic.applications.matching_rule import Scores
from pipelines.domains.recruiting.sources.synthetic.applications.recruiters import Recruiters
from pipelines.domains.recruiting.sources.synthetic.options import WorldOptions
from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    LAST_DAY,
    YEARS,
    Flags,
    Floats,
    Ints,
    Rng,
    to_years,
)
from pipelines.domains.recruiting.sources.synthetic.vocabulary.statuses import (
    CLIENT,
    COUNT,
    FORWARDED,
    HIRED,
    NO_UPDATE_SHARE,
    NUMBER,
    OFFICE,
    PROSPECT,
    SITE,
    STAGE,
    STATUSES,
    STEPS_TO_HIRE,
    sample_lags,
    split_count,
)

#: What the score of the second, third … applicant of an opening loses: most openings hire one, a few many.
NEXT_HIRE_PENALTY, LARGE_OPENING_PENALTY, LARGE_OPENING_SHARE = 1.6, 0.0, 0.1
#: Standard deviation of how far an opening is from being filled at all.
DEMAND_NOISE = 1.2
#: Standard deviation of the noise of a stage, beside that of the rule.
HIRE_NOISE, CLIENT_NOISE, FORWARD_NOISE, OFFICE_NOISE = 0.2, 1.5, 1.2, 0.9
STRICT_FACTOR = 0.4
ELSEWHERE_DAYS = 120  # a hire so near in time makes a person withdraw
NO_UPDATE = -1


@dataclass(frozen=True)
class Outcomes:
    """One array element per application.

    Attributes:
        status: position in STATUSES.
        updated_day: day of the last update since EPOCH; NO_UPDATE if there is none.
        moved: number of hires that the bias moved to the other sex.
    """

    status: Ints
    updated_day: Ints
    moved: int


@dataclass(frozen=True)
class _Period:
    """Applications of a year, before or after a drift: those that recruiters made, and the number of all."""

    rows: Ints
    applications: int
    hire_share: float
    prospect_share: float


def decide(
    applications: Applications,
    scores: Scores,
    recruiters: Recruiters,
    is_woman: Flags,
    options: WorldOptions,
    rng: Rng,
) -> Outcomes:
    """Draw the final status and the last update of each application.

    Args:
        applications: the applications.
        scores: their scores.
        recruiters: the recruiters.
        is_woman: of each applicant.
        options: the options.
        rng: random numbers.
    """
    periods = _list_periods(applications, options)
    latent = scores.z + scores.noise
    merit = latent - _penalise_next(applications.opening, latent, rng)
    merit += rng.normal(0, HIRE_NOISE, merit.size) - 2 * np.exp((applications.day - LAST_DAY) / 20)
    stage = np.full(len(applications), PROSPECT)
    stage[applications.through_site] = SITE
    for period in periods:
        hires = round(period.hire_share * STEPS_TO_HIRE * period.applications)
        stage[_take_top(period.rows, merit, hires)] = HIRED
    groups = [period.rows for period in periods]
    moved = move_hires(stage, merit, is_woman[applications.applicant], groups, options.bias, rng)
    for period in periods:
        _advance(period, stage, latent, recruiters.habit[applications.recruiter], rng)
    status = _choose_statuses(applications, stage, latent, scores.excess_salary, rng)
    return Outcomes(status, _date_updates(applications, status, rng), moved)


def _list_periods(applications: Applications, options: WorldOptions) -> list[_Period]:
    year = to_years(applications.day)
    is_strict = applications.day >= options.first_day("strict_clients")
    periods = []
    for number, row in YEARS.items():
        for strict in (False, True):
            is_inside = (year == number) & (is_strict == strict)
            rows = np.flatnonzero(is_inside & ~applications.through_site)
            hire_share = row.hire_share * (STRICT_FACTOR if strict else 1.0)
            periods.append(_Period(rows, int(is_inside.sum()), hire_share, row.prospect_share))
    return periods


def _penalise_next(opening: Ints, score: Floats, rng: Rng) -> Floats:
    """Return a penalty for each applicant of the same opening with a higher score."""
    order = np.lexsort((-score, opening))
    first = np.searchsorted(opening[order], opening[order])
    rank = np.empty(opening.size, np.int64)
    rank[order] = np.arange(opening.size) - first
    openings = int(opening.max()) + 1
    is_large = rng.random(openings) < LARGE_OPENING_SHARE
    unfilled = rng.normal(0, DEMAND_NOISE, openings)
    return (rank * np.where(is_large, LARGE_OPENING_PENALTY, NEXT_HIRE_PENALTY)[opening]) + unfilled[opening]


def _take_top(rows: Ints, score: Floats, n: int) -> Ints:
    return rows[np.argsort(-score[rows], kind="stable")[: max(n, 0)]]


def _advance(period: _Period, stage: Ints, latent: Floats, habit: Floats, rng: Rng) -> None:
    """Distribute the applications that are not hired over the other stages; `stage` is changed in place."""
    rows = period.rows[stage[period.rows] != HIRED]
    prospects = min(round(period.prospect_share * period.applications), rows.size)
    weights = np.array([COUNT[number == STAGE].sum() for number in (CLIENT, OFFICE, FORWARDED)], np.float64)
    clients, office, _ = split_count(rows.size - prospects, weights).tolist()
    noise = rng.normal(0, 1, (3, latent.size))
    top = _take_top(rows, latent + CLIENT_NOISE * noise[0], clients)
    stage[top] = CLIENT
    rows = rows[stage[rows] != CLIENT]
    low = _take_top(rows, -latent + OFFICE_NOISE * noise[1], office)
    stage[low] = OFFICE
    rows = rows[stage[rows] != OFFICE]
    stage[_take_top(rows, latent - habit + FORWARD_NOISE * noise[2], rows.size - prospects)] = FORWARDED


def _choose_statuses(
    applications: Applications, stage: Ints, latent: Floats, excess_salary: Floats, rng: Rng
) -> Ints:
    """Choose the status within each stage, with the published proportions."""
    noise = rng.normal(0, 1, stage.size)
    recent = applications.day / 60 + 8 * noise
    withdrawal = 1.2 * excess_salary + 1.5 * _is_hired_elsewhere(applications, stage) + noise
    by_stage = {
        SITE: {},
        PROSPECT: {},
        OFFICE: {"Em avaliação pelo RH": recent, "Sem interesse nesta vaga": noise},
        FORWARDED: {"Não Aprovado pelo Requisitante": -latent + 1.5 * noise},
        CLIENT: {
            "Desistiu": withdrawal,
            "Desistiu da Contratação": withdrawal + latent,
            "Entrevista Técnica": recent,
            "Entrevista com Cliente": recent + latent,
            "Recusado": noise,
        },
        HIRED: {row.name: noise for row in STATUSES if row.stage == HIRED},
    }
    status = np.empty(stage.size, np.int64)
    for number, choices in by_stage.items():
        _fill_stage(status, np.flatnonzero(stage == number), number, choices)
    return status


def _fill_stage(status: Ints, rows: Ints, stage: int, choices: dict[str, Floats]) -> None:
    """Give each choice the applications with the highest score; the most frequent status is the rest."""
    weights = np.where(np.equal(STAGE, stage), COUNT, 0).astype(np.float64)
    counts = split_count(rows.size, weights)
    status[rows] = np.argmax(weights)
    for name, score in choices.items():
        chosen = _take_top(rows, score, int(counts[NUMBER[name]]))
        status[chosen] = NUMBER[name]
        rows = np.setdiff1d(rows, chosen)


def _is_hired_elsewhere(applications: Applications, stage: Ints) -> Flags:
    """Return whether the applicant is hired for another opening at about the same time."""
    hired = np.flatnonzero(stage == HIRED)
    order = np.lexsort((applications.day[hired], applications.applicant[hired]))
    span = LAST_DAY + 10 * ELSEWHERE_DAYS
    keys = applications.applicant[hired][order] * span + applications.day[hired][order]
    key = applications.applicant * span + applications.day
    first = np.searchsorted(keys, key - ELSEWHERE_DAYS)
    last = np.searchsorted(keys, key + ELSEWHERE_DAYS, side="right")
    return (last - first) > (stage == HIRED)


def _date_updates(applications: Applications, status: Ints, rng: Rng) -> Ints:
    updated = np.minimum(applications.day + sample_lags(status, rng), LAST_DAY)
    has_none = (status == NUMBER["Inscrito"]) & (rng.random(status.size) < NO_UPDATE_SHARE)
    return np.where(has_none, NO_UPDATE, updated)
