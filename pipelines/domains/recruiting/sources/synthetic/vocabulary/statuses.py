"""The final statuses of applications: how frequent, how soon, and how often with a comment."""

from dataclasses import dataclass

import numpy as np

from pipelines.domains.recruiting.sources.synthetic.vocabulary.published_statistics import (
    Floats,
    Ints,
    QuantileDistribution,
    Rng,
)

#: Stages of the funnel.
SITE, PROSPECT, OFFICE, FORWARDED, CLIENT, HIRED = range(6)


@dataclass(frozen=True)
class Status:
    """A final status.

    Attributes:
        name: value of the data.
        stage: the last stage that the application reached.
        count: number of applications in the data.
        lag: median and 90 % quantile of the days from the application to the last update.
        comment_share: share of applications with a comment.
    """

    name: str
    stage: int
    count: int
    lag: tuple[float, float]
    comment_share: float


STATUSES = (
    Status("Inscrito", SITE, 3_980, (0, 0), 0.0),
    Status("Prospect", PROSPECT, 20_021, (0, 0), 0.0),
    Status("Não Aprovado pelo RH", OFFICE, 1_765, (0, 14), 0.96),
    Status("Em avaliação pelo RH", OFFICE, 375, (0, 16), 0.5),
    Status("Sem interesse nesta vaga", OFFICE, 576, (0, 7), 0.86),
    Status("Encaminhado ao Requisitante", FORWARDED, 16_122, (0, 1), 0.33),
    Status("Não Aprovado pelo Requisitante", FORWARDED, 765, (6, 36), 0.79),
    Status("Entrevista Técnica", CLIENT, 579, (6, 26), 0.84),
    Status("Entrevista com Cliente", CLIENT, 469, (5, 25), 0.7),
    Status("Não Aprovado pelo Cliente", CLIENT, 3_492, (9, 39), 0.79),
    Status("Recusado", CLIENT, 2, (3, 5), 0.79),
    Status("Desistiu", CLIENT, 2_349, (5, 36), 0.86),
    Status("Desistiu da Contratação", CLIENT, 59, (16, 64), 0.86),
    Status("Contratado pela Decision", HIRED, 2_758, (8, 34), 0.24),
    Status("Contratado como Hunting", HIRED, 226, (20, 47), 0.24),
    Status("Aprovado", HIRED, 209, (7, 42), 0.24),
    Status("Documentação PJ", HIRED, 4, (35, 71), 0.24),
    Status("Documentação CLT", HIRED, 3, (15, 18), 0.24),
    Status("Documentação Cooperado", HIRED, 2, (8, 16), 0.24),
    Status("Encaminhar Proposta", HIRED, 2, (8, 8), 0.24),
    Status("Proposta Aceita", HIRED, 1, (40, 82), 0.24),
)
NUMBER = {status.name: number for number, status in enumerate(STATUSES)}
STAGE = np.array([status.stage for status in STATUSES])
COUNT = np.array([status.count for status in STATUSES])
COMMENT_SHARE = np.array([status.comment_share for status in STATUSES])
NO_UPDATE_SHARE = 0.983  # of `Inscrito`
#: Applications whose stage is HIRED, for each whose status is one of the two kinds of hires.
STEPS_TO_HIRE = COUNT[STAGE == HIRED].sum() / (
    COUNT[NUMBER["Contratado pela Decision"]] + COUNT[NUMBER["Contratado como Hunting"]]
)


def split_count(total: int, weights: Floats) -> Ints:
    """Split a number in proportion to weights, by largest remainders."""
    exact = total * weights / max(weights.sum(), 1e-9)
    counts = np.floor(exact).astype(np.int64)
    largest = np.argsort(counts - exact, kind="stable")[: total - int(counts.sum())]
    counts[largest] += 1
    return counts


def sample_lags(status: Ints, rng: Rng) -> Ints:
    """Draw the days to the last update of each application."""
    lag = np.zeros(status.size, np.int64)
    for number, row in enumerate(STATUSES):
        median, p90 = row.lag
        quantiles = (
            (0.0, 0.0),
            (0.5, median + 0.3),
            (0.9, p90 + 0.3),
            (0.99, 2.6 * p90 + 0.5),
            (1.0, 6.0 * p90 + 1),
        )
        rows = np.flatnonzero(status == number)
        lag[rows] = np.floor(QuantileDistribution(quantiles).sample(rows.size, rng))
    return lag
