"""The files have the noise of the export, in its proportions."""

import re
from collections import Counter

import numpy as np
import pytest

from pipelines.domains.recruiting.sources.synthetic.draws import make_draws
from pipelines.domains.recruiting.sources.synthetic.noise import break_words, format_reais, garble


def share(values):
    return np.mean(list(values))


@pytest.fixture(scope="module")
def basics(decision):
    return [record["informacoes_basicas"] for record in decision.vagas.values()]


@pytest.fixture(scope="module")
def cvs(decision):
    return [record["cv_pt"] for record in decision.applicants.values()]


class TestOpenings:
    def test_43_percent_have_no_limit(self, basics):
        assert share(
            row["limite_esperado_para_contratacao"] == "00-00-0000" for row in basics
        ) == pytest.approx(0.433, abs=0.04)

    @pytest.mark.parametrize(
        ("section", "key", "expected"),
        [
            ("informacoes_basicas", "nome", 0.684),
            ("informacoes_basicas", "data_inicial", 0.316),
            ("informacoes_basicas", "nome_substituto", 0.025),
            ("perfil_vaga", "habilidades_comportamentais_necessarias", 0.191),
            ("perfil_vaga", "equipamentos_necessarios", 0.809),
        ],
    )
    def test_keys_are_missing_as_often_as_in_the_data(self, decision, section, key, expected):
        assert share(key in record[section] for record in decision.vagas.values()) == pytest.approx(
            expected, abs=0.04
        )

    def test_areas_end_in_a_hyphen_and_some_openings_have_two(self, decision):
        areas = [record["perfil_vaga"]["areas_atuacao"] for record in decision.vagas.values()]
        assert all(area.endswith("-") for area in areas)
        names = set(decision.truth["areas"])
        single = share(area[:-1] in names for area in areas)
        assert single == pytest.approx(0.978, abs=0.01)

    def test_most_sap_openings_are_not_marked_as_such(self, decision):
        marks = [
            record["informacoes_basicas"]["vaga_sap"]
            for record in decision.vagas.values()
            if "TI - SAP" in record["perfil_vaga"]["areas_atuacao"]
        ]
        assert share(mark == "Não" for mark in marks) == pytest.approx(0.85, abs=0.06)

    def test_12_percent_repeat_the_text_of_another_opening(self, decision):
        texts = Counter(
            (
                record["informacoes_basicas"]["titulo_vaga"],
                record["perfil_vaga"]["principais_atividades"],
                record["perfil_vaga"]["competencia_tecnicas_e_comportamentais"],
            )
            for record in decision.vagas.values()
        )
        assert 1 - len(texts) / len(decision.vagas) == pytest.approx(0.12, abs=0.025)
        openings = decision.truth["openings"]
        repeated = np.array(openings["same_text_as"]) != np.array(openings["code"])
        assert repeated.mean() == pytest.approx(0.12, abs=0.02)

    def test_a_fifth_of_the_titles_have_a_requisition_number(self, basics):
        assert share(bool(re.search(r"\d{7}", row["titulo_vaga"])) for row in basics) == pytest.approx(
            0.2, abs=0.03
        )

    def test_a_fifth_of_the_titles_differ_in_the_list_of_applications(self, decision):
        differ = [
            decision.prospects[code]["titulo"] != record["informacoes_basicas"]["titulo_vaga"]
            for code, record in decision.vagas.items()
        ]
        assert share(differ) == pytest.approx(0.2, abs=0.04)

    def test_8_percent_say_nothing(self, decision):
        texts = [
            record["perfil_vaga"]["competencia_tecnicas_e_comportamentais"]
            for record in decision.vagas.values()
        ]
        assert share(len(text) < 24 for text in texts) == pytest.approx(0.08, abs=0.03)

    def test_values_of_sale_have_the_notations_of_the_data(self, decision):
        values = [record["beneficios"]["valor_venda"] for record in decision.vagas.values()]
        assert share(value == "-" for value in values) == pytest.approx(0.42, abs=0.04)
        assert share(value == "- p/ mês (168h)" for value in values) == pytest.approx(0.28, abs=0.04)


class TestApplicants:
    def test_salaries_have_every_notation(self, decision):
        texts = [
            record["informacoes_profissionais"]["remuneracao"]
            for record in decision.applicants.values()
            if record["formacao_e_idiomas"]["nivel_ingles"]
        ]
        notations = {
            r"\d+": 0.24,
            r"\d+,00": 0.18,
            r"\d{1,3}(\.\d{3})*,\d\d": 0.16,
            r"R\$ .+": 0.2,
            r"\d+k": 0.1,
            r".+/h": 0.07,
            "a combinar": 0.05,
        }
        for notation, expected in notations.items():
            assert share(bool(re.fullmatch(notation, text)) for text in texts) == pytest.approx(
                expected, abs=0.05
            )

    def test_unknown_dates_of_birth_are_zeros(self, decision):
        dates = [record["informacoes_pessoais"]["data_nascimento"] for record in decision.applicants.values()]
        assert share(date == "0000-00-00" for date in dates) == pytest.approx(0.82, abs=0.02)

    def test_2_percent_have_no_cv_and_1_percent_that_of_another_person(self, decision, cvs):
        assert share(not cv for cv in cvs) == pytest.approx(0.02, abs=0.007)
        names = [record["infos_basicas"]["nome"].lower() for record in decision.applicants.values()]
        foreign = share(name not in cv for name, cv in zip(names, cvs, strict=True) if cv and "ã£" not in cv)
        assert foreign == pytest.approx(0.015, abs=0.012)

    def test_1_percent_of_the_cvs_are_english(self, cvs):
        assert share("english: " in cv for cv in cvs) == pytest.approx(0.01, abs=0.005)

    def test_cvs_are_in_lower_case_with_marked_personal_data(self, cvs):
        assert share(cv == cv.lower() for cv in cvs) > 0.98
        long = [cv for cv in cvs if len(cv) > 1_000]
        assert share("dados pessoais fictícios" in cv or "fictitious" in cv for cv in long) > 0.95

    @pytest.mark.parametrize(("character", "expected"), [("\x02", 1 / 7), ("\uf0fc", 1 / 7)])
    def test_cvs_have_control_characters(self, cvs, character, expected):
        assert share(character in cv for cv in cvs) == pytest.approx(expected, abs=0.04)

    def test_half_a_percent_of_the_cvs_are_read_with_the_wrong_encoding(self, cvs):
        assert 0.001 < share("Ã" in cv or "ã£" in cv for cv in cvs) < 0.012

    def test_some_cvs_have_line_breaks_in_words(self, cvs):
        endings = ("\nção", "\nções", "\nncia", "\nmento", "\ntos", "\nões", "\ncia", "\nnto", "\nal ")
        assert 0.001 < share(any(ending in cv for ending in endings) for cv in cvs) < 0.04

    def test_present_positions_are_those_of_hired_people(self, decision):
        status = "Contratado pela Decision"
        hired = {row["codigo"] for _, row in decision.applications if row["situacao_candidado"] == status}
        placed = {code for code, record in decision.applicants.items() if record["cargo_atual"]}
        assert placed
        assert placed <= hired
        assert len(placed) / len(hired) == pytest.approx(0.1, abs=0.03)


def test_amounts_have_brazilian_separators():
    assert format_reais(12_000) == "12.000,00"
    assert format_reais(1_234_567.8) == "1.234.567,80"


def test_wrong_encoding_turns_accents_into_two_characters():
    assert garble("gestão de Projetos") == "gestÃ£o de Projetos"
    assert garble("plain") == "plain"


@pytest.mark.parametrize("key", range(20))
def test_words_are_broken_by_line_breaks_alone(key):
    text = "experiência profissional com sap mm"
    broken = break_words(text, next(make_draws(np.array([key], np.uint64), 16)))
    assert broken.replace("\n", "") == text
    assert len(text) < len(broken) <= len(text) + 5
