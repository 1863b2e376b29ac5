"""The labels of statuses."""

import math

import pytest

from pipelines.domains.recruiting.values.statuses import STATUSES
from script_shared.domains.recruiting.labels import (
    ADVANCED,
    FORWARDED,
    HIRED,
    LABELS,
    MATCHED,
    PLACED,
    REFUSED,
    REFUSED_BEFORE_CLIENT,
    REFUSED_BY_CLIENT,
    WITHDRAWN,
)


def test_every_status_of_the_data_has_labels():
    assert set(LABELS) == set(STATUSES)


def test_match_is_the_four_statuses_of_the_matching_model():
    assert set(MATCHED) == {
        "Aprovado",
        "Contratado pela Decision",
        "Encaminhar Proposta",
        "Proposta Aceita",
    }


def test_hired_and_refused_are_the_decided_statuses():
    assert len(HIRED) == 5
    assert set(HIRED) & set(REFUSED) == set()
    assert set(REFUSED) == {*WITHDRAWN, *REFUSED_BY_CLIENT, *REFUSED_BEFORE_CLIENT}
    assert {"Prospect", "Inscrito", "Encaminhado ao Requisitante"} & {*HIRED, *REFUSED} == set()


def test_each_stage_includes_the_later_ones():
    assert set(PLACED) < set(HIRED) < set(ADVANCED) < set(FORWARDED)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Contratado pela Decision", "Aprovado"),
        ("Entrevista com Cliente", "Entrevista Técnica"),
        ("Entrevista Técnica", "Não Aprovado pelo Cliente"),
        ("Não Aprovado pelo Cliente", "Não Aprovado pelo Requisitante"),
        ("Encaminhado ao Requisitante", "Não Aprovado pelo RH"),
    ],
)
def test_who_came_further_has_the_higher_grade(better, worse):
    assert LABELS[better].fit_grade > LABELS[worse].fit_grade


@pytest.mark.parametrize("status", ["Prospect", "Inscrito", *WITHDRAWN])
def test_status_that_says_nothing_of_the_fit_has_no_grade(status):
    assert math.isnan(LABELS[status].fit_grade)
