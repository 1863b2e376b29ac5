"""The seniority of a title or a CV: the grade of the present position."""

import pytest

from script_shared.domains.recruiting.levels import CV_SENIORITIES, find_seniority
from script_shared.domains.recruiting.requirements import read_applicant

CV = """Resumo profissional
atuo há 9 anos na área; hoje como {position}, com foco em java
empresa: exemplo
cargo: desenvolvedor java júnior
"""


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Desenvolvedor Java Sênior", "Sênior"),
        ("Assistente Administrativo Pleno", "Pleno"),
        ("GERENTE DE PROJETOS JR", "Júnior"),
        ("Gerente de Projetos", "Gerente"),
        ("mid-level ABAP developer", "Pleno"),
        ("Analista de Sistemas", None),
        ("", None),
        (None, None),
    ],
)
def test_a_grade_wins_over_the_name_of_a_position(text, label):
    level = find_seniority(text)
    assert (level and level.label) == label


@pytest.mark.parametrize(
    ("position", "label"), [("analista sênior", "Sênior"), ("coordenador", "Especialista")]
)
def test_a_cv_has_the_seniority_of_its_present_position(position, label):
    assert read_applicant({"body": CV.format(position=position)}).levels["Seniority"].label == label


def test_a_title_or_field_wins_over_the_cv():
    cv = {"body": CV.format(position="analista sênior")}
    assert read_applicant(cv | {"title": "Analista Pleno"}).levels["Seniority"].label == "Pleno"
    assert read_applicant(cv | {"level": "Especialista"}).levels["Seniority"].label == "Especialista"


def test_everyday_words_of_a_cv_are_no_seniority():
    text = "principal responsável pelo contato com o sr. diretor-geral; headcount de 30\n"
    assert find_seniority(text.replace("diretor-geral", "silva"), CV_SENIORITIES) is None
