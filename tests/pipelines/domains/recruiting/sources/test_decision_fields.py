import pytest

from tests.support.data.decision import (
    REQUESTED,
    applicant,
    application,
    opening,
    partial,
    prospects,
)
from tests.support.data.refined_recruiting import (
    day,
    find_applicant,
    find_opening,
    list_applications,
    list_rejected,
    refine,
    refine_one,
)


class TestOpenings:
    def test_misspelled_and_correct_name_of_the_request_date_are_read(self, tmp_path):
        correct = opening(**{REQUESTED: ""})
        correct["informacoes_basicas"]["data_requi" + "sicao"] = "05-05-2021"
        refinement = refine(tmp_path, vagas={"1": opening(), "2": correct})
        assert find_opening(refinement, "1")["published_at"] == day(2021, 5, 4)
        assert find_opening(refinement, "2")["published_at"] == day(2021, 5, 5)

    def test_first_application_dates_an_opening(self, tmp_path):
        entries = [application("7", data_candidatura="20-05-2021"), application("8")]
        refinement = refine(tmp_path, vagas={"1": opening()}, prospects={"1": prospects(*entries)})
        assert find_opening(refinement, "1")["published_at"] == day(2021, 5, 12)

    def test_equal_activities_and_competencies_count_once(self, tmp_path):
        text = "Experiência  com\nSAP"
        vagas = {"1": opening(principais_atividades=text, competencia_tecnicas_e_comportamentais=text)}
        refinement = refine(tmp_path, vagas=vagas)
        assert find_opening(refinement, "1")["body"] == text
        assert find_opening(refinement, "1")["skills"] is None
        assert refinement.report["openings"]["changed"] == {"skills set to null: equal to body": 1}

    def test_joined_areas_are_separated(self, tmp_path):
        vagas = {"1": opening(areas_atuacao="Administrativa-TI - Projetos-"), "2": opening(areas_atuacao="-")}
        refinement = refine(tmp_path, vagas=vagas)
        assert find_opening(refinement, "1")["areas"] == "Administrativa, TI - Projetos"
        assert find_opening(refinement, "2")["areas"] is None

    def test_sap_area_marks_an_opening_as_sap(self, tmp_path):
        vagas = {
            "1": opening(areas_atuacao="TI - SAP-"),
            "2": opening(vaga_sap="Sim"),
            "3": opening(vaga_sap=""),
        }
        refinement = refine(tmp_path, vagas=vagas)
        assert [find_opening(refinement, code)["is_sap"] for code in "123"] == [True, True, None]

    def test_level_is_read_with_and_without_the_blank(self, tmp_path):
        other = opening(**{"nivel profissional": ""})
        other["perfil_vaga"]["nivel_profissional"] = "pleno"
        refinement = refine(tmp_path, vagas={"1": opening(), "2": other})
        assert [find_opening(refinement, code)["level"] for code in "12"] == ["Sênior", "Pleno"]

    def test_value_without_an_amount_is_null(self, tmp_path):
        values = ["-", "- p/ mês (168h)", "168 - p/ hora", ""]
        refinement = refine(
            tmp_path, vagas={str(n): opening(valor_venda=value) for n, value in enumerate(values)}
        )
        assert [find_opening(refinement, code)["value"] for code in "0123"] == [
            None,
            None,
            "168 - p/ hora",
            None,
        ]

    def test_opening_without_a_record_has_the_title_of_the_applications(self, tmp_path):
        refinement = refine(
            tmp_path, vagas={"1": opening()}, prospects={"2": prospects(title="Dev Java -", contract="CLT")}
        )
        row = find_opening(refinement, "2")
        assert (row["title"], row["contract"], row["body"], row["published_at"]) == (
            "Dev Java",
            "CLT",
            None,
            None,
        )

    def test_title_of_the_applications_fills_a_missing_one(self, tmp_path):
        vagas = {"1": opening(title=""), "2": opening("Dev Java")}
        refinement = refine(
            tmp_path, vagas=vagas, prospects={code: prospects(title="Outro") for code in "12"}
        )
        assert [find_opening(refinement, code)["title"] for code in "12"] == ["Outro", "Dev Java"]


class TestApplicants:
    def test_registration_or_the_first_application_dates_an_applicant(self, tmp_path):
        late = applicant(data_criacao="01-12-2021 10:00:00")
        entries = prospects(application("7"), application("8"))
        refinement = refine(tmp_path, applicants={"7": late, "8": applicant()}, prospects={"1": entries})
        assert find_applicant(refinement, "7")["published_at"] == day(2021, 5, 12)
        assert find_applicant(refinement, "8")["published_at"] == day(2020, 11, 10, 7, 29, 49)

    def test_partial_record_has_no_flags(self, tmp_path):
        record = partial(objetivo_profissional="Analista de Teste", area_atuacao="TI - SAP")
        refinement = refine(tmp_path, applicants={"7": applicant(), "8": record})
        row = find_applicant(refinement, "8")
        assert row["is_complete"] is False
        assert row["title"] == "Analista de Teste"
        assert [value for name, value in row.items() if name.startswith("has_")] == [None] * 6
        assert "1 of 2 applicants are partial records" in " ".join(refinement.warnings)

    @pytest.mark.parametrize("section", [{}, None, "text", []])
    def test_record_without_the_personal_section_is_partial(self, tmp_path, section):
        refinement = refine(tmp_path, applicants={"7": applicant() | {"informacoes_pessoais": section}})
        row = find_applicant(refinement, "7")
        assert (row["is_complete"], row["has_email"], row["title"]) == (False, None, "Consultor SAP")

    @pytest.mark.parametrize(
        ("fields", "flag"),
        [
            ({"email": ""}, "has_email"),
            ({"email": "None"}, "has_email"),
            ({"telefone": "", "telefone_celular": " "}, "has_phone"),
            ({"url_linkedin": "nan"}, "has_linkedin"),
            ({"local": "-"}, "has_location"),
            ({"objetivo_profissional": ""}, "has_objective"),
            ({"email": "a@yahoo.com.br"}, "has_corporate_email"),
        ],
    )
    def test_flags_are_false_for_empty_fields_and_words_for_nothing(self, tmp_path, fields, flag):
        refinement = refine(tmp_path, applicants={"7": applicant(**fields)})
        assert find_applicant(refinement, "7")[flag] is False

    def test_address_of_a_company_is_a_corporate_one(self, tmp_path):
        refinement = refine(tmp_path, applicants={"7": applicant(email="a@empresa.com.br")})
        assert find_applicant(refinement, "7")["has_corporate_email"] is True

    def test_objective_is_the_title_where_there_is_none(self, tmp_path):
        refinement = refine(tmp_path, applicants={"7": applicant(title="")})
        assert find_applicant(refinement, "7")["title"] == "Trabalhar com SAP"

    def test_salaries_are_converted_to_a_month(self, tmp_path):
        texts = ["12k", "80,00/h", "a combinar", ""]
        records = {str(n): applicant(remuneracao=text) for n, text in enumerate(texts)}
        refinement = refine(tmp_path, applicants=records)
        assert [find_applicant(refinement, code)["salary"] for code in "0123"] == [
            12_000,
            80 * 168,
            None,
            None,
        ]
        assert refinement.report["applicants"]["changed"] == {"salary set to null: no amount in R$": 1}

    def test_texts_in_a_wrong_encoding_are_repaired(self, tmp_path):
        record = applicant(cv_pt="experiÃªncia em integraÃ§Ã£o", local="SÃ£o Paulo, SÃ£o Paulo")
        refinement = refine(tmp_path, applicants={"7": record})
        row = find_applicant(refinement, "7")
        assert (row["body"], row["city"]) == ("experiência em integração", "São Paulo")
        assert refinement.report["applicants"]["changed"] == {
            "body read again as UTF-8": 1,
            "location read again as UTF-8": 1,
        }


class TestDates:
    @pytest.mark.parametrize(
        "text", ["00-00-0000", "0000-00-00", "00-00-0000 00:00:00", "31-12-1969", "", "1970-01-01 00:00:00"]
    )
    def test_unknown_dates_are_null_and_not_counted_as_faults(self, tmp_path, text):
        refinement = refine(tmp_path, vagas={"1": opening(**{REQUESTED: text})})
        assert find_opening(refinement, "1")["published_at"] is None
        assert refinement.report["openings"]["changed"] == {}

    @pytest.mark.parametrize("text", ["12-05-2021", "12/05/2021", "2021-05-12", " 12-05-2021 00:00:00"])
    def test_orders_of_day_and_month(self, tmp_path, text):
        refinement = refine_one(tmp_path, of_application=application("7", data_candidatura=text))
        assert list_applications(refinement)[0]["timestamp"] == day(2021, 5, 12)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("00-00-0000", "missing value"),
            ("30-02-2021", "not a time"),
            ("05-13-2021", "not a time"),
            ("ontem", "not a time"),
        ],
    )
    def test_application_without_a_date_is_quarantined(self, tmp_path, text, reason):
        entries = prospects(application("8"), application("7", data_candidatura=text))
        refinement = refine(tmp_path, prospects={"1": entries})
        assert list_rejected(refinement) == [("prospects.json", 1, "timestamp", reason, "1,7")]
        assert len(list_applications(refinement)) == 1

    def test_application_in_the_future_is_quarantined(self, tmp_path):
        entries = prospects(application("8"), application("7", data_candidatura="11-03-2025"))
        refinement = refine(tmp_path, prospects={"1": entries})
        assert list_rejected(refinement) == [("prospects.json", 1, "timestamp", "in the future", "1,7")]

    def test_few_late_applications_are_stragglers(self, tmp_path):
        entries = [application(str(n)) for n in range(40)]
        late = application("99", data_candidatura="01-06-2024")
        refinement = refine(tmp_path, prospects={"1": prospects(*entries, late)})
        assert [row[3:] for row in list_rejected(refinement)] == [("straggler", "1,99")]
        assert refinement.as_of_ms == day(2021, 5, 13).timestamp() * 1_000

    def test_update_before_the_application_is_unknown(self, tmp_path):
        entry = application("7", ultima_atualizacao="11-05-2021")
        refinement = refine_one(tmp_path, of_application=entry)
        assert list_applications(refinement)[0]["updated_at"] is None
        assert refinement.report["applications"]["changed"] == {
            "updated_at set to null: updated before the application": 1
        }

    def test_opening_in_the_future_has_no_date(self, tmp_path):
        refinement = refine(tmp_path, vagas={"1": opening(**{REQUESTED: "01-01-2099"})})
        assert find_opening(refinement, "1")["published_at"] is None
        assert refinement.report["openings"]["changed"] == {"published_at set to null: in the future": 1}
