"""At a tenth of the size, counts and shares are a tenth of the published ones."""

from collections import Counter
from datetime import datetime

import numpy as np
import pytest

STATUSES = {
    "Prospect": 20_021, "Encaminhado ao Requisitante": 16_122, "Inscrito": 3_980,
    "Não Aprovado pelo Cliente": 3_492, "Contratado pela Decision": 2_758, "Desistiu": 2_349,
    "Não Aprovado pelo RH": 1_765, "Não Aprovado pelo Requisitante": 765, "Entrevista Técnica": 579,
    "Sem interesse nesta vaga": 576, "Entrevista com Cliente": 469, "Em avaliação pelo RH": 375,
    "Contratado como Hunting": 226, "Aprovado": 209,
}  # fmt: skip
APPLICATIONS_BY_YEAR = {2019: 3_999, 2020: 6_099, 2021: 14_938, 2022: 12_676, 2023: 7_529, 2024: 7_416}
HIRE_SHARES = {2019: 0.138, 2020: 0.088, 2021: 0.047, 2022: 0.036, 2023: 0.030, 2024: 0.064}
HIRES = ("Contratado pela Decision", "Contratado como Hunting")
MEDIAN_LAGS = {
    "Prospect": 0, "Encaminhado ao Requisitante": 0, "Contratado pela Decision": 8,
    "Não Aprovado pelo Cliente": 9, "Não Aprovado pelo RH": 0, "Desistiu": 5,
}  # fmt: skip
COMMENT_SHARES = {
    "Não Aprovado pelo RH": 0.96, "Desistiu": 0.86, "Não Aprovado pelo Cliente": 0.79,
    "Encaminhado ao Requisitante": 0.33, "Contratado pela Decision": 0.24, "Prospect": 0.0, "Inscrito": 0.0,
}  # fmt: skip
SCALE = 0.1


def parse(date):
    return datetime.strptime(date, "%d-%m-%Y")  # noqa: DTZ007 - a date


def shares(values):
    values = list(values)
    return {value: count / len(values) for value, count in Counter(values).items()}


@pytest.fixture(scope="module")
def rows(decision):
    return [row for _, row in decision.applications]


class TestApplications:
    def test_numbers_of_rows_follow_the_scale(self, decision, rows):
        assert (len(decision.vagas), len(rows), len(decision.applicants)) == (1_400, 5_400, 4_200)
        assert len({row["codigo"] for row in rows}) == pytest.approx(3_000, rel=0.01)

    @pytest.mark.parametrize("status", STATUSES)
    def test_statuses_have_the_published_counts(self, rows, status):
        count = sum(row["situacao_candidado"] == status for row in rows)
        assert count == pytest.approx(STATUSES[status] * SCALE, rel=0.1, abs=2)

    @pytest.mark.parametrize("year", APPLICATIONS_BY_YEAR)
    def test_years_have_the_published_counts_and_hires(self, rows, year):
        statuses = [row["situacao_candidado"] for row in rows if row["data_candidatura"].endswith(str(year))]
        assert len(statuses) == pytest.approx(APPLICATIONS_BY_YEAR[year] * SCALE, rel=0.25)
        hires = sum(status in HIRES for status in statuses)
        assert hires / len(statuses) == pytest.approx(HIRE_SHARES[year], rel=0.1)

    def test_applications_of_an_opening_have_the_published_quantiles(self, decision):
        sizes = np.array([len(entry["prospects"]) for entry in decision.prospects.values()])
        filled = sizes[sizes > 0]
        assert (sizes == 0).mean() == pytest.approx(0.207, abs=0.005)
        assert np.quantile(filled, [0.1, 0.5, 0.75, 0.9]).tolist() == [1, 3, 6, 11]
        assert filled.mean() == pytest.approx(4.8, abs=0.1)

    def test_applications_of_an_applicant_have_the_published_quantiles(self, rows):
        sizes = np.array(list(Counter(row["codigo"] for row in rows).values()))
        assert (sizes == 1).mean() == pytest.approx(0.68, abs=0.01)
        assert np.quantile(sizes, 0.9) == 3
        assert np.quantile(sizes, 0.99) == pytest.approx(12, abs=1)

    @pytest.mark.parametrize("status", MEDIAN_LAGS)
    def test_updates_have_the_published_median_lag(self, rows, status):
        lags = [
            (parse(row["ultima_atualizacao"]) - parse(row["data_candidatura"])).days
            for row in rows
            if row["situacao_candidado"] == status
        ]
        assert np.median(lags) == pytest.approx(MEDIAN_LAGS[status], abs=1)

    def test_only_applications_through_the_site_lack_an_update(self, rows):
        missing = [row["situacao_candidado"] for row in rows if not row["ultima_atualizacao"]]
        assert set(missing) == {"Inscrito"}
        of_site = [row for row in rows if row["situacao_candidado"] == "Inscrito"]
        assert len(missing) / len(of_site) == pytest.approx(0.983, abs=0.02)
        assert len({row["recrutador"] for row in of_site}) == 1

    @pytest.mark.parametrize("status", COMMENT_SHARES)
    def test_comments_tell_the_status(self, rows, status):
        comments = [bool(row["comentario"]) for row in rows if row["situacao_candidado"] == status]
        assert np.mean(comments) == pytest.approx(COMMENT_SHARES[status], abs=0.06)

    def test_few_recruiters_make_most_applications(self, rows):
        counts = Counter(row["recrutador"] for row in rows)
        assert 50 <= len(counts) <= 77
        assert 0.05 < counts.most_common(1)[0][1] / len(rows) < 0.2

    def test_the_export_stops_at_25_applications_and_the_truth_has_their_number(self, decision):
        listed = {int(code): len(entry["prospects"]) for code, entry in decision.prospects.items()}
        openings = decision.truth["openings"]
        numbers = dict(zip(openings["code"], openings["applications"], strict=True))
        cut = {code for code, count in listed.items() if count == 25}
        assert max(listed.values()) == 25
        assert len(cut) == pytest.approx(26, abs=3)
        assert all(numbers[code] == count for code, count in listed.items() if code not in cut)
        assert min(numbers[code] for code in cut) >= 25
        assert max(numbers[code] for code in cut) > 60

    def test_codes_follow_the_time_of_the_openings(self, decision):
        records = [decision.vagas[code] for code in sorted(decision.vagas, key=int)]
        days = [parse(record["informacoes_basicas"]["data_requicisao"]) for record in records]
        assert days == sorted(days)


class TestOpenings:
    @pytest.mark.parametrize(
        ("section", "field", "expected"),
        [
            ("perfil_vaga", "estado", {"São Paulo": 0.796}),
            ("perfil_vaga", "nivel profissional", {"Sênior": 0.376, "Analista": 0.375, "Pleno": 0.151}),
            ("perfil_vaga", "nivel_academico", {"Ensino Superior Completo": 0.78}),
            ("perfil_vaga", "nivel_ingles", {"Básico": 0.352, "Nenhum": 0.264, "Avançado": 0.179}),
            ("perfil_vaga", "areas_atuacao", {"TI - Projetos-": 0.36, "TI - SAP-": 0.263}),
            ("informacoes_basicas", "prioridade_vaga", {"Alta: Alta complexidade 3 a 5 dias": 0.606}),
            ("informacoes_basicas", "tipo_contratacao", {"PJ/Autônomo": 0.289, "CLT Full": 0.224}),
            ("informacoes_basicas", "objetivo_vaga", {"Contratação": 0.771}),
        ],
    )
    def test_values_have_the_published_shares(self, decision, section, field, expected):
        found = shares(record[section][field] for record in decision.vagas.values())
        for value, share in expected.items():
            assert found[value] == pytest.approx(share, abs=0.06)

    def test_texts_have_the_published_lengths(self, decision):
        for field in ("principais_atividades", "competencia_tecnicas_e_comportamentais"):
            lengths = [len(record["perfil_vaga"][field]) for record in decision.vagas.values()]
            assert np.median(lengths) == pytest.approx(213, rel=0.15)
            assert 700 < np.quantile(lengths, 0.95) < 1_400

    def test_36_percent_have_equal_texts(self, decision):
        profiles = [record["perfil_vaga"] for record in decision.vagas.values()]
        equal = [
            profile["principais_atividades"] == profile["competencia_tecnicas_e_comportamentais"]
            for profile in profiles
        ]
        assert np.mean(equal) == pytest.approx(0.366, abs=0.04)

    def test_16_percent_are_english(self, decision):
        assert np.mean(decision.truth["openings"]["is_english"]) == pytest.approx(0.16, abs=0.01)


class TestApplicants:
    def test_18_percent_used_the_form_and_the_others_have_a_cv_only(self, decision):
        filled = [
            bool(record["formacao_e_idiomas"]["nivel_ingles"]) for record in decision.applicants.values()
        ]
        assert np.mean(filled) == pytest.approx(0.18, abs=0.02)

    def test_cvs_have_the_published_lengths(self, decision):
        lengths = np.array([len(record["cv_pt"]) for record in decision.applicants.values()])
        assert np.median(lengths) == pytest.approx(2_700, rel=0.1)
        assert np.quantile(lengths, 0.9) == pytest.approx(6_800, rel=0.15)
